//! A port for machines: whether the process lives, whether it is ready, and its metrics. Apart from the
//! port of the calls, so that probes need no certificate and are answered while that one is full.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::future::{BoxFuture, join_all};
use http::{StatusCode, header};

/// A neighbour that does not answer a probe in this time is down.
const ANSWER: Duration = Duration::from_secs(1);

/// Something that the process works with.
#[derive(Clone)]
pub struct Check {
    name: &'static str,
    is_needed: bool,
    ask: Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>,
}

impl Check {
    /// Without it no call can be answered: the process is not ready.
    pub fn needed(
        name: &'static str,
        ask: impl Fn() -> BoxFuture<'static, bool> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            is_needed: true,
            ask: Arc::new(ask),
        }
    }

    /// Without it something is slower or later: it is told, and the process is ready.
    pub fn helpful(
        name: &'static str,
        ask: impl Fn() -> BoxFuture<'static, bool> + Send + Sync + 'static,
    ) -> Self {
        Self {
            is_needed: false,
            ..Self::needed(name, ask)
        }
    }

    async fn is_up(&self) -> bool {
        tokio::time::timeout(ANSWER, (self.ask)())
            .await
            .unwrap_or(false)
    }
}

/// Whether this process takes calls now: not before everything is built, and not once it drains.
static SERVING: AtomicBool = AtomicBool::new(false);

/// Says that the process takes calls, or no longer does.
pub fn serving(is_serving: bool) {
    SERVING.store(is_serving, Ordering::SeqCst);
}

/// Listens for probes until the process ends, so that the drain is seen too. Gives the address.
///
/// # Errors
/// If the address is taken.
pub async fn open(address: SocketAddr, checks: Vec<Check>) -> anyhow::Result<SocketAddr> {
    let listener = crate::server::bind(address).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router(checks)).await {
            tracing::error!(%error, "probes are not answered any more");
        }
    });
    tracing::info!(%address, "probes and metrics");
    Ok(address)
}

fn router(checks: Vec<Check>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(Arc::new(checks))
}

/// One line for each neighbour.
async fn ready(State(checks): State<Arc<Vec<Check>>>) -> Response {
    let up = join_all(checks.iter().map(Check::is_up)).await;
    let serving = SERVING.load(Ordering::SeqCst);
    let mut is_ready = serving;
    let mut text = format!("serving: {}\n", if serving { "yes" } else { "no" });
    for (check, up) in checks.iter().zip(up) {
        is_ready &= up || !check.is_needed;
        let word = match (up, check.is_needed) {
            (true, _) => "up",
            (false, true) => "down",
            (false, false) => "down, not needed",
        };
        text.push_str(&format!("{}: {word}\n", check.name));
    }
    let status = match is_ready {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, text).into_response()
}

async fn metrics() -> Response {
    let content_type = "text/plain; version=0.0.4; charset=utf-8";
    let headers = [(header::CONTENT_TYPE, content_type)];
    (headers, super::metrics()).into_response()
}
