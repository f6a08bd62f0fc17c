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

const FILES: [(&str, &str, &str); 7] = [
    (
        "/docs/icon.svg",
        "image/svg+xml",
        include_str!("../pages/icon.svg"),
    ),
    (
        "/docs",
        "text/html; charset=utf-8",
        include_str!("../pages/docs.html"),
    ),
    (
        "/docs/docs.js",
        "text/javascript; charset=utf-8",
        include_str!("../pages/docs.js"),
    ),
    (
        "/docs/words.js",
        "text/javascript; charset=utf-8",
        include_str!("../pages/words.js"),
    ),
    (
        "/docs/style.css",
        "text/css; charset=utf-8",
        include_str!("../pages/style.css"),
    ),
    (
        "/confirm",
        "text/html; charset=utf-8",
        include_str!("../pages/confirm.html"),
    ),
    (
        "/confirm/confirm.js",
        "text/javascript; charset=utf-8",
        include_str!("../pages/confirm.js"),
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

pub async fn ready(State(gateway): State<Arc<Inner>>) -> Response {
    if (gateway.ready)().await {
        "ready\n".into_response()
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
