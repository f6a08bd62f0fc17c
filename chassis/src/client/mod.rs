//! One client for a service in this process and for one far away: generated clients take it.
//!
//! | room | what it does |
//! |---|---|
//! | [`LocalNet`], [`FarNet`] | the services of this process; those on other machines |
//! | [`far`], [`member`] | the instances of a service, and connections to each |
//! | [`http2`] | calls over such a connection |
//! | [`send`] | a call, made once or, where that is safe, again elsewhere |
//! | [`calls`], [`budget`] | what may be sent again, and how often |

mod budget;
mod calls;
mod far;
mod http2;
mod member;
mod send;

use std::collections::HashMap;
use std::sync::{Arc, RwLock, Weak};
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use http::{HeaderValue, Request, Response};
use tonic::body::Body;
use tonic::service::Routes;
use tonic::{Code, Status};
use tower::{BoxError, Service};

pub use far::{FarNet, Resolve};

use crate::caller::{Caller, ServiceIdentity};
use crate::telemetry::{carry, trace};
use crate::{deadline, error};

type Services = RwLock<HashMap<&'static str, Routes>>;

/// The services of this process, by name. Filled after all are built, so that they may call
/// each other in a ring.
///
/// Connections hold it weakly: services hold connections, and a ring of owners would keep every
/// service, and its database's connections, for as long as the process lives.
#[derive(Clone, Default)]
pub struct LocalNet(Arc<Services>);

impl LocalNet {
    pub fn add(&self, service: &'static str, routes: Routes) {
        self.0
            .write()
            .unwrap_or_else(|e| e.into_inner())
            .insert(service, routes.prepare());
    }

    /// A connection to a service of this process, good for as long as the net lives.
    pub fn connect(&self, service: &'static str) -> Connection {
        Connection::via(service, Via::Local(Arc::downgrade(&self.0)))
    }
}

fn find(services: &Weak<Services>, service: &str) -> Option<Routes> {
    let services = services.upgrade()?;
    let services = services.read().unwrap_or_else(|e| e.into_inner());
    services.get(service).cloned()
}

/// A connection to one service.
#[derive(Clone)]
pub struct Connection {
    service: &'static str,
    via: Via,
    sign: Sign,
}

#[derive(Clone)]
pub(crate) enum Via {
    Local(Weak<Services>),
    Far(Arc<far::Instances>),
}

/// In whose name calls are made that don't carry a token already.
#[derive(Clone)]
enum Sign {
    Nobody,
    Service(ServiceIdentity),
    /// Only within a process: the caller is handed over as it is and never leaves it.
    Known(Caller),
}

impl Connection {
    pub(crate) fn via(service: &'static str, via: Via) -> Self {
        Self {
            service,
            via,
            sign: Sign::Nobody,
        }
    }

    pub fn service(&self) -> &'static str {
        self.service
    }

    /// The same connection, calling in the name of a service.
    pub fn signed(mut self, identity: ServiceIdentity) -> Self {
        self.sign = Sign::Service(identity);
        self
    }

    /// The same connection, calling as this caller. Works only within a process, where the
    /// composition root seeds data and tests speak for people; over the wire it has no effect.
    pub fn speaking_for(mut self, caller: Caller) -> Self {
        self.sign = Sign::Known(caller);
        self
    }

    fn prepare(&self, request: &mut Request<Body>) -> Result<(), Status> {
        match &self.sign {
            Sign::Nobody => {}
            Sign::Service(identity) => {
                let token = identity.token(self.service)?;
                let value = HeaderValue::try_from(format!("Bearer {token}"))
                    .map_err(|_| Status::internal(""))?;
                request
                    .headers_mut()
                    .entry(http::header::AUTHORIZATION)
                    .or_insert(value);
            }
            Sign::Known(caller) => {
                request.extensions_mut().insert(caller.clone());
            }
        }
        let language = HeaderValue::from_static(error::language().code());
        request
            .headers_mut()
            .entry(http::header::ACCEPT_LANGUAGE)
            .or_insert(language);
        Ok(())
    }
}

impl Service<Request<Body>> for Connection {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Response<Body>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        if let Err(status) = self.prepare(&mut request) {
            return Box::pin(async move { Ok(status.into_http()) });
        }
        let span = trace::Span::rpc_client(request.uri().path(), request.headers());
        if let Some(place) = span.place() {
            carry::into_headers(&place, request.headers_mut());
        }
        let answer = self.send(request);
        if !span.is_recorded() {
            return answer;
        }
        Box::pin(async move {
            let answer = span.around(answer).await;
            span.got_answer(code(&answer));
            answer
        })
    }
}

/// The code of an answer that has ended already; one that goes on is good so far.
fn code(answer: &Result<Response<Body>, BoxError>) -> i32 {
    let Ok(response) = answer else {
        return Code::Unavailable.into();
    };
    let code = response.headers().get("grpc-status");
    code.and_then(|it| it.to_str().ok()?.parse().ok())
        .unwrap_or_default()
}

impl Connection {
    fn send(
        &mut self,
        mut request: Request<Body>,
    ) -> BoxFuture<'static, Result<Response<Body>, BoxError>> {
        match &mut self.via {
            Via::Far(instances) => {
                let answer = send::send(instances.clone(), request);
                Box::pin(async move { Ok(answer.await) })
            }
            Via::Local(services) => match find(services, self.service) {
                Some(mut routes) => {
                    // The watches of this process end by themselves; all else ends with its cause.
                    if let Some(left) = deadline::left()
                        && !crate::watch::is_watch(request.uri().path())
                    {
                        let asked = deadline::read(request.headers());
                        let left = asked.map_or(left, |asked| asked.min(left));
                        deadline::write(request.headers_mut(), left);
                    }
                    let answer = routes.call(request);
                    Box::pin(async move { Ok(answer.await?) })
                }
                None => {
                    let status = Status::unavailable(format!("{} is not up", self.service));
                    Box::pin(async move { Ok(status.into_http()) })
                }
            },
        }
    }
}
