//! HTTP in front of the services: routes, JSON and OpenAPI are read off the contract at run time.
//!
//! | room | what it does |
//! |---|---|
//! | [`route`], [`template`] | which method and path is which RPC |
//! | [`bind`], [`header`], [`json`], [`percent`] | path, query, body and headers to a message, and back |
//! | [`call`] | messages known only by their descriptors, to a service and back |
//! | [`transcode`] | one request, start to end; no RPC is known there by name |
//! | [`upload`], [`download`] | raw bodies in both directions |
//! | [`events`] | streams of messages as server-sent events |
//! | [`session`] | bearer tokens, cookies, origins |
//! | [`introduction`] | who a token is, kept for a moment |
//! | [`limit`] | how often somebody may call |
//! | [`together`] | what several gateways share through Redis |
//! | [`problem`], [`naming`] | every "no" as problem+json, in the client's words |
//! | [`openapi`], [`comment`] | the OpenAPI document |
//! | [`bare`] | the contract without what only that wants |
//! | [`pages`] | the API page, and where the links of mails lead |
//! | [`edge`], [`leftover`], [`mod@serve`], [`stall`], [`config`] | what stands around every route; the listener; settings |

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::middleware;
use axum::routing::get;
use chassis::caller::{IDENTITY, ServiceIdentity};
use chassis::client::Connection;
use chassis::clock::Clock;
use chassis::ids::Ids;
use futures_util::future::BoxFuture;
use http::{HeaderName, HeaderValue, Method, header as names};
use prost_reflect::DescriptorPool;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower_http::cors::{AllowOrigin, CorsLayer};

mod bare;
pub mod bind;
pub mod call;
pub mod comment;
pub mod config;
pub mod download;
pub mod edge;
pub mod events;
pub mod header;
pub mod introduction;
pub mod json;
pub mod leftover;
pub mod limit;
pub mod naming;
pub mod openapi;
pub mod pages;
pub mod percent;
pub mod problem;
pub mod route;
pub mod serve;
pub mod session;
pub mod stall;
pub mod template;
pub mod together;
pub mod transcode;
pub mod upload;

pub use config::GatewayConfig;
use introduction::Doing;
pub use serve::serve;

/// Tells whether calls can be answered: cheap, asked every few seconds.
pub type Ready = Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

/// The gateway, built and ready to become a router.
pub struct Gateway(Arc<Inner>);

/// What every request needs.
pub struct Inner {
    pub(crate) config: GatewayConfig,
    pub(crate) routes: route::Routes,
    pub(crate) plans: json::plan::Plans,
    pub(crate) openapi: String,
    pub(crate) limits: limit::Limits,
    pub(crate) introductions: introduction::Introductions,
    pub(crate) places: Arc<events::places::Places>,
    pub(crate) hubs: events::hub::Hubs,
    connections: HashMap<&'static str, Connection>,
    /// The only connection that speaks for the gateway itself.
    pub(crate) identity: Connection,
    /// Vouches, before the identity service, for what the gateway saw of a client.
    pub(crate) speaker: ServiceIdentity,
    pub(crate) ids: Ids,
    pub(crate) clock: Clock,
    pub(crate) ready: Ready,
    /// A place for each request under way.
    pub(crate) requests: Arc<Semaphore>,
}

impl Inner {
    pub(crate) fn connection(&self, service: &'static str) -> Connection {
        // Every service of a route is in the map: both come from route::SERVICES.
        self.connections
            .get(service)
            .unwrap_or(&self.identity)
            .clone()
    }
}

/// What is served: the suite's own contract, or that of a test.
#[derive(Debug, Clone, Copy)]
pub struct Contract<'a> {
    /// An encoded `google.protobuf.FileDescriptorSet`.
    pub descriptor: &'a [u8],
    pub doors: &'a route::Doors,
}

impl Contract<'_> {
    pub const SUITE: Contract<'static> = Contract {
        descriptor: proto::DESCRIPTOR,
        doors: &route::access::SUITE,
    };
}

impl Gateway {
    /// Reads the contract and connects to every service of [`route::SERVICES`].
    ///
    /// `connect` gives unsigned connections: a call in nobody's name must stay in nobody's name.
    /// `speaker` signs the exchange of a session for a caller token, and what the identity service is
    /// told of the client's address.
    ///
    /// # Errors
    /// If the contract has an annotation that can't be served.
    pub fn new(
        config: GatewayConfig,
        connect: impl Fn(&'static str) -> Connection,
        speaker: ServiceIdentity,
        ids: Ids,
        clock: Clock,
        ready: Ready,
    ) -> anyhow::Result<Self> {
        Self::of(Contract::SUITE, config, connect, speaker, ids, clock, ready)
    }

    /// The same before another contract.
    ///
    /// # Errors
    /// If the contract has an annotation that can't be served.
    pub fn of(
        contract: Contract<'_>,
        config: GatewayConfig,
        connect: impl Fn(&'static str) -> Connection,
        speaker: ServiceIdentity,
        ids: Ids,
        clock: Clock,
        ready: Ready,
    ) -> anyhow::Result<Self> {
        let bare = bare::without_comments(contract.descriptor).context("the contract")?;
        let pool = DescriptorPool::decode(bare.as_slice()).context("the contract")?;
        let routes = route::Routes::read(&pool, contract.doors)?;
        let comments = comment::Comments::read(contract.descriptor)?;
        let openapi = openapi::document(&pool, &routes, &comments)?;
        let connections = route::SERVICES
            .into_iter()
            .map(|it| (it, connect(it)))
            .collect();
        let places = events::places::Places::new(config.streams);
        let (nudged, together) = (places.clone(), config.together.clone());
        let tell = move |account, doing| {
            nudged.nudge(account);
            if let (Some(together), Doing::Ours) = (&together, doing) {
                together.changed(account);
            }
        };
        Ok(Self(Arc::new(Inner {
            identity: connect(IDENTITY).signed(speaker.clone()),
            speaker,
            connections,
            introductions: introduction::Introductions::new(
                config.introduction_life,
                clock.clone(),
                tell,
            ),
            places,
            hubs: events::hub::Hubs::default(),
            limits: limit::Limits::new(
                config.rates.clone(),
                clock.clone(),
                config.together.as_ref(),
            ),
            requests: Arc::new(Semaphore::new(config.requests_under_way)),
            config,
            plans: json::plan::Plans::of(&pool),
            routes,
            openapi,
            ids,
            clock,
            ready,
        })))
    }

    /// Hears from other gateways, until `stop`; returns at once where there are none.
    pub async fn hear(&self, stop: CancellationToken) {
        if let Some(together) = &self.0.config.together {
            let introductions = &self.0.introductions;
            let heard = |account| introductions.heard(account);
            together.listen(&stop, heard).await;
        }
    }

    /// Every route, with `extra` ones beside them, such as development pages.
    pub fn router(&self, extra: Router) -> Router {
        let inner = self.0.clone();
        let pages = pages::routes()
            .route("/openapi.json", get(pages::openapi))
            .route("/healthz", get(pages::alive))
            .route("/readyz", get(pages::ready));
        let pages = match inner.config.shows_metrics {
            true => pages.route("/metrics", get(pages::metrics)),
            false => pages,
        };
        pages
            .fallback(transcode::answer)
            .with_state(inner.clone())
            .merge(extra)
            .layer(cors(&inner.config.allowed_origins))
            .layer(middleware::from_fn_with_state(inner, edge::around))
    }
}

/// Pages of these origins may call with cookies; all others only see what a browser shows anybody.
fn cors(origins: &[String]) -> CorsLayer {
    if origins.is_empty() {
        return CorsLayer::new();
    }
    let origins = origins
        .iter()
        .filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([
            names::ACCEPT_LANGUAGE,
            names::AUTHORIZATION,
            names::CACHE_CONTROL,
            names::CONTENT_TYPE,
            names::IF_MATCH,
            HeaderName::from_static("content-digest"),
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("last-event-id"),
            HeaderName::from_static(session::SESSION_HEADER),
            HeaderName::from_static("traceparent"),
        ])
        .expose_headers([
            names::ETAG,
            names::CONTENT_LANGUAGE,
            names::RETRY_AFTER,
            HeaderName::from_static("ratelimit"),
            HeaderName::from_static("ratelimit-policy"),
            HeaderName::from_static("x-trace-id"),
        ])
        .max_age(std::time::Duration::from_secs(600))
}
