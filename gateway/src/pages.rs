//! Pages and documents of the gateway's own. Their files are beside the code and compiled in;
//! nothing is loaded from elsewhere and no script is written into a page.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};

use crate::Inner;

/// A page may run our scripts and call us.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// What the pages behind the links of letters have in common.
const FRAME: &str = include_str!("../pages/frame.html");
/// A page with one button and nothing to fill in.
const BUTTON: &str = include_str!("../pages/button.html");

/// Such pages: the path, the script, and what is between the sentences and the end. The page that proves
/// an address serves two sorts of links.
const FRAMED: [(&str, &str, &str); 5] = [
    ("/confirm", "confirm", BUTTON),
    ("/confirm-email", "confirm", BUTTON),
    ("/reject-offer", "reject-offer", BUTTON),
    ("/recover", "recover", include_str!("../pages/recover.html")),
    (
        "/accept-invitation",
        "accept-invitation",
        include_str!("../pages/accept-invitation.html"),
    ),
];

const FILES: [(&str, &str, &str); 10] = [
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
    let framed = FRAMED.into_iter().map(|(path, script, content)| {
        let page = FRAME.replace("{script}", script);
        (path, HTML, Bytes::from(page.replace("{content}", content)))
    });
    let files = FILES.into_iter().map(|(path, content_type, text)| {
        (path, content_type, Bytes::from_static(text.as_bytes()))
    });
    for (path, content_type, bytes) in framed.chain(files) {
        let answer = get(move || async move { file(content_type, bytes) });
        router = router.route(path, answer);
    }
    router
}

fn file(content_type: &'static str, bytes: Bytes) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        ),
    ];
    (headers, bytes).into_response()
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
