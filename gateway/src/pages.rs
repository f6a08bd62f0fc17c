//! Pages and documents of the gateway's own. Their files are beside the code and compiled in;
//! nothing is loaded from elsewhere and no script is written into a page.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::{HeaderValue, StatusCode, header};

use crate::Inner;

/// A page may run our scripts and call us.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The page that proves an address serves two sorts of links.
const CONFIRM: &str = include_str!("../pages/confirm.html");

const FILES: [(&str, &str, &str); 15] = [
    ("/docs", HTML, include_str!("../pages/docs.html")),
    ("/docs/docs.js", SCRIPT, include_str!("../pages/docs.js")),
    ("/docs/words.js", SCRIPT, include_str!("../pages/words.js")),
    (
        "/docs/style.css",
        "text/css; charset=utf-8",
        include_str!("../pages/style.css"),
    ),
    (
        "/docs/icon.svg",
        "image/svg+xml",
        include_str!("../pages/icon.svg"),
    ),
    ("/confirm", HTML, CONFIRM),
    ("/confirm-email", HTML, CONFIRM),
    ("/recover", HTML, include_str!("../pages/recover.html")),
    (
        "/accept-invitation",
        HTML,
        include_str!("../pages/accept-invitation.html"),
    ),
    (
        "/reject-offer",
        HTML,
        include_str!("../pages/reject-offer.html"),
    ),
    ("/pages/link.js", SCRIPT, include_str!("../pages/link.js")),
    (
        "/pages/confirm.js",
        SCRIPT,
        include_str!("../pages/confirm.js"),
    ),
    (
        "/pages/recover.js",
        SCRIPT,
        include_str!("../pages/recover.js"),
    ),
    (
        "/pages/accept-invitation.js",
        SCRIPT,
        include_str!("../pages/accept-invitation.js"),
    ),
    (
        "/pages/reject-offer.js",
        SCRIPT,
        include_str!("../pages/reject-offer.js"),
    ),
];

pub fn routes() -> Router<Arc<Inner>> {
    let mut router = Router::new().route("/", get(|| async { Redirect::to("/docs") }));
    for (path, content_type, text) in FILES {
        router = router.route(path, get(move || async move { file(content_type, text) }));
    }
    router
}

fn file(content_type: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        ),
    ];
    (headers, text).into_response()
}

pub async fn openapi(State(gateway): State<Arc<Inner>>) -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        gateway.openapi.clone(),
    )
        .into_response()
}

/// Answers as long as the process does; no other service is asked.
pub async fn alive() -> &'static str {
    "alive\n"
}

/// Without Redis calls are answered all the same, so it is ready; it says what it goes without.
pub async fn ready(State(gateway): State<Arc<Inner>>) -> Response {
    let together = gateway.config.together.as_ref();
    let is_whole = together.is_none_or(|it| it.link().is_up());
    if (gateway.ready)().await {
        match is_whole {
            true => "ready\n".into_response(),
            false => "ready\ndegraded: redis\n".into_response(),
        }
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
    }
}

pub async fn metrics() -> Response {
    let content_type = "text/plain; version=0.0.4; charset=utf-8";
    (
        [(header::CONTENT_TYPE, content_type)],
        chassis::telemetry::metrics(),
    )
        .into_response()
}
