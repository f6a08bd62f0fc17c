//! What stands before every handler: span, panic guard, deadline, language, caller, policy, and a
//! bound on how much is done at once.
//!
//! The layers are on the routes, not on the listener, so a call within the process passes them too.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::{TcpConnectInfo, TcpIncoming, TlsConnectInfo};
use tonic::{Code, Status};
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;
use tracing::Instrument;

use crate::bus::{Bus, Subscriber};
use crate::caller::{self, Caller};
use crate::clock::{Clock, Stopwatch};
use crate::error::{self, Error, Scope};
use crate::jobs::Job;
use crate::outbox::Relay;
use crate::policy::Policy;
use crate::stream::Stream;
use crate::stream::feed::Feed;
use crate::stream::reader::{Patience, Reader};
use crate::telemetry::{self, trace::Origin};
use crate::text::{Language, Texts};
use crate::tls::accept::Acceptor;
use crate::tls::{self, Peer};
use crate::token::Verifier;
use crate::watch::{self, Draining};
use crate::{deadline, under_way};

/// A service, built and ready: what to serve, what to subscribe, what to run.
pub struct Service {
    pub name: &'static str,
    /// Guarded routes for people and services.
    pub routes: Routes,
    /// Guarded routes for partners, served on a port of their own.
    pub partner_routes: Option<Routes>,
    pub subscribers: Vec<Subscriber>,
    pub jobs: Vec<Job>,
    pub relay: Relay,
}

impl Service {
    /// Subscribes, and starts the relay and the jobs. They end when `stop` is cancelled.
    pub fn start(
        &mut self,
        bus: &Bus,
        stop: &CancellationToken,
    ) -> Vec<tokio::task::JoinHandle<()>> {
        bus.subscribe(std::mem::take(&mut self.subscribers));
        let relay = Relay {
            db: self.relay.db.clone(),
            bus: bus.clone(),
            clock: self.relay.clock.clone(),
        };
        let relay = tokio::spawn(relay.run(stop.clone()));
        self.start_jobs(vec![relay], stop)
    }

    /// As [`Service::start`], with the other services in processes of their own behind a stream.
    pub fn start_on_stream(
        &mut self,
        stream: &Stream,
        stop: &CancellationToken,
    ) -> Vec<tokio::task::JoinHandle<()>> {
        let bus = Bus::default();
        bus.subscribe(std::mem::take(&mut self.subscribers));
        let feed = Feed {
            db: self.relay.db.clone(),
            stream: stream.clone(),
            service: self.name,
        };
        let reader = Reader {
            db: self.relay.db.clone(),
            stream: stream.clone(),
            bus,
            clock: self.relay.clock.clone(),
            service: self.name,
            holder: stream.new_holder(),
            patience: Patience::default(),
        };
        let tasks = vec![
            tokio::spawn(feed.run(stop.clone())),
            tokio::spawn(reader.run(stop.clone())),
        ];
        self.start_jobs(tasks, stop)
    }

    fn start_jobs(
        &mut self,
        mut tasks: Vec<tokio::task::JoinHandle<()>>,
        stop: &CancellationToken,
    ) -> Vec<tokio::task::JoinHandle<()>> {
        let (db, clock) = (self.relay.db.clone(), self.relay.clock.clone());
        let levels = crate::levels::job(self.name, db, clock.clone());
        // Only by a right clock; what looks at the clock goes on.
        let jobs = self.jobs.iter().map(|job| job.clone().by(clock.clone()));
        for job in jobs.chain([levels]) {
            tasks.push(tokio::spawn(job.repeat(stop.clone())));
        }
        tasks
    }
}

/// What the layers need to know about the service behind them.
#[derive(Clone)]
pub struct Guard {
    pub service: &'static str,
    /// The domain of its reasons: `testing.irikteu.kz`.
    pub domain: &'static str,
    pub texts: &'static Texts,
    pub policy: Policy,
    pub verifier: Verifier,
    pub clock: Clock,
    /// A call without a deadline of its own gets this one; longer ones are cut to it.
    pub longest: Duration,
}

const NOT_SIGNED_IN: Error = Error::Unauthenticated("NOT_SIGNED_IN");

impl Guard {
    /// Puts the layers before every route.
    pub fn protect(self, routes: Routes) -> Routes {
        let router = routes.into_axum_router();
        Routes::from(router.route_layer(middleware::from_fn_with_state(Arc::new(self), layers)))
    }

    fn caller(&self, request: &Request) -> Result<Caller, Error> {
        // Handed over inside the process; nothing that arrives by wire can set it.
        if let Some(known) = request.extensions().get::<Caller>() {
            return Ok(known.clone());
        }
        let peer = peer(request);
        if let Some(Peer::Partner(name)) = peer {
            return Ok(Caller::Partner(name));
        }
        let Some(header) = request.headers().get(http::header::AUTHORIZATION) else {
            return Ok(Caller::Stranger);
        };
        let token = header
            .to_str()
            .ok()
            .and_then(|text| text.strip_prefix("Bearer "));
        let caller =
            token.and_then(|token| caller::verify(&self.verifier, token, self.clock.now()));
        match (caller, peer) {
            // What a service says of itself must be what its certificate says.
            (Some(Caller::Service(said)), Some(Peer::Service(proven))) if said != proven => {
                Err(NOT_SIGNED_IN)
            }
            (Some(caller), _) => Ok(caller),
            (None, _) => Err(token.map_or(NOT_SIGNED_IN, |token| self.refused(token))),
        }
    }

    /// Why a token is not believed. People must not be signed out over the clocks of machines.
    fn refused(&self, token: &str) -> Error {
        match caller::out_of_time(&self.verifier, token, self.clock.now()) {
            Some((issuer, left)) => Error::Unavailable(anyhow::anyhow!(
                "a fresh token of {issuer} has {} s left by this clock: one of the two is wrong",
                left.as_secs()
            )),
            None => NOT_SIGNED_IN,
        }
    }

    /// An instance whose clock is wrong decides nothing: others do.
    fn is_right(&self) -> Result<(), Error> {
        match self.clock.is_wrong() {
            true => Err(Error::Unavailable(anyhow::anyhow!(
                "this machine's clock is wrong"
            ))),
            false => Ok(()),
        }
    }
}

/// Who is at the other end of the connection, where that was proven by a certificate.
fn peer(request: &Request) -> Option<Peer> {
    let tls = request
        .extensions()
        .get::<TlsConnectInfo<TcpConnectInfo>>()?;
    tls::peer(tls.peer_certs()?.first()?)
}

async fn layers(State(guard): State<Arc<Guard>>, mut request: Request, next: Next) -> Response {
    let started = Stopwatch::start();
    let rpc = request.uri().path().to_owned();
    // An RPC the policy doesn't know goes by one name: paths are the caller's choice.
    let known = guard.policy.rpcs().find(|known| *known == rpc);
    let known = known.unwrap_or("unknown");
    let is_partner = matches!(peer(&request), Some(Peer::Partner(_)));
    let origin = Origin::of(request.headers(), !is_partner);
    let traced = telemetry::trace::Span::rpc_server(known, origin);
    let language = request
        .headers()
        .get(http::header::ACCEPT_LANGUAGE)
        .and_then(|header| Language::from_accept_language(header.to_str().ok()?));
    let scope = Scope {
        language: language.unwrap_or_default(),
        domain: guard.domain,
        texts: guard.texts,
    };
    let span = tracing::info_span!("rpc", service = guard.service, rpc);
    let longest = guard.policy.longest(&rpc).unwrap_or(guard.longest);
    let asked = deadline::read(request.headers());
    let terms = watch::is_watch(&rpc).then(|| watch::Terms {
        service: guard.service,
        scope,
        deadline: asked,
        draining: request.extensions().get::<Draining>().cloned(),
    });
    // Of a watch, and of any other stream, this is the time until it begins.
    let time = asked.map_or(longest, |asked| before_tonic(asked).min(longest));
    let is_patient = guard.policy.longest(&rpc).is_some();
    let work = async {
        let _place = under_way::place(request.extensions(), is_patient)?;
        guard.is_right()?;
        let caller = guard.caller(&request)?;
        guard.policy.check(&rpc, &caller)?;
        request.extensions_mut().insert(caller);
        // A handler that panics must not take the connection with it.
        let handled = AssertUnwindSafe(next.run(request)).catch_unwind();
        let handled = deadline::until(Instant::now() + time, handled);
        match tokio::time::timeout(time, handled).await {
            Ok(Ok(response)) => Ok(crate::unread::told(response)),
            Ok(Err(_panic)) => Err(Status::from(Error::Internal(anyhow::anyhow!(
                "a handler panicked"
            )))),
            Err(_late) => Err(deadline_exceeded()),
        }
    };
    let answer = error::in_scope(scope, async {
        work.await
            .unwrap_or_else(|status| status.into_http::<axum::body::Body>().into_response())
    });
    let response = traced.around(answer.instrument(span)).await;
    let code = response
        .headers()
        .get("grpc-status")
        .and_then(|v| v.to_str().ok())
        .unwrap_or("0");
    traced.answered_rpc(code.parse().unwrap_or_default());
    telemetry::answered(guard.service, known, code, started.elapsed());
    match terms {
        Some(terms) if !response.headers().contains_key("grpc-status") => {
            watch::guarded(response, terms)
        }
        _ => response,
    }
}

/// tonic counts the time that was asked for around us, and calls its end CANCELLED: ours ends a moment before.
fn before_tonic(asked: Duration) -> Duration {
    const MOMENT: Duration = Duration::from_millis(10);
    asked.saturating_sub(MOMENT).max(asked / 2)
}

pub(crate) fn deadline_exceeded() -> Status {
    use tonic_types::{ErrorDetails, StatusExt};
    let text = error::explain("DEADLINE_EXCEEDED", &[]);
    let mut details = ErrorDetails::with_error_info("DEADLINE_EXCEEDED", "wire.irikteu.kz", []);
    details.set_localized_message(error::language().code(), &text);
    Status::with_error_details(Code::DeadlineExceeded, text, details)
}

/// Joins the routes of several services for one port, with health and reflection beside them.
pub fn join(
    services: impl IntoIterator<Item = Routes>,
    names: &[&'static str],
    descriptor: &'static [u8],
) -> anyhow::Result<Routes> {
    Ok(join_with_health(services, names, descriptor)?.0)
}

/// The same, with what tells others whether to send calls here.
pub fn join_with_health(
    services: impl IntoIterator<Item = Routes>,
    names: &[&'static str],
    descriptor: &'static [u8],
) -> anyhow::Result<(Routes, Health)> {
    let mut router = axum::Router::new();
    for routes in services {
        router = router.merge(routes.into_axum_router().reset_fallback());
    }
    let (reporter, health_server) = tonic_health::server::health_reporter();
    let health = Health {
        reporter,
        names: names.to_vec(),
    };
    health.say(ServingStatus::Serving).now_or_never();
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(descriptor)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()
        .context("the contract's descriptor can't be reflected")?;
    let common = Routes::default()
        .add_service(health_server)
        .add_service(reflection);
    let routes = Routes::from(common.into_axum_router().merge(router)).prepare();
    Ok((routes, health))
}

/// What is said to those who ask whether to send calls here.
#[derive(Clone)]
pub struct Health {
    reporter: HealthReporter,
    names: Vec<&'static str>,
}

impl Health {
    /// From here on others are told to go elsewhere.
    pub async fn closes(&self) {
        self.say(ServingStatus::NotServing).await;
    }

    async fn say(&self, status: ServingStatus) {
        for name in &self.names {
            self.reporter.set_service_status(*name, status).await;
        }
        // Who asks without a name asks for all of it.
        self.reporter.set_service_status("", status).await;
    }
}

/// After the stop, as long is waited for what is under way.
const DRAIN: Duration = Duration::from_secs(15);

/// Calls at once on one connection. A gateway has one to each service: the watches of all who
/// listen there must leave room for everybody's calls.
const CALLS_AT_ONCE: u32 = 4096;

/// A connection is made anew after this long, so that calls spread over new instances and a
/// certificate that was replaced is shown.
const CONNECTION_AGE: Duration = Duration::from_secs(1800);

/// Serves routes until `stop`, then ends the watches and lets what is under way end.
pub async fn serve(
    listener: TcpListener,
    routes: Routes,
    tls: Option<Acceptor>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let told = axum::Extension(Draining(stop.clone()));
    let routes = Routes::from(routes.into_axum_router().layer(told)).prepare();
    let server = Server::builder()
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .http2_keepalive_timeout(Some(Duration::from_secs(10)))
        .max_connection_age(CONNECTION_AGE)
        .max_concurrent_streams(CALLS_AT_ONCE)
        .add_routes(routes);
    let ends = stop.clone().cancelled_owned();
    let serving = async {
        match tls {
            None => {
                let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
                server.serve_with_incoming_shutdown(incoming, ends).await
            }
            Some(door) => {
                let incoming = door.incoming(listener);
                server.serve_with_incoming_shutdown(incoming, ends).await
            }
        }
    };
    let waited_enough = async {
        stop.cancelled().await;
        crate::jobs::pause(DRAIN).await;
    };
    tokio::select! {
        served = serving => served?,
        () = waited_enough => tracing::warn!("calls were cut off after the drain"),
    }
    Ok(())
}

/// Binds, with the address in the error: "address in use" alone helps nobody.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("can't listen on {address}"))
}
