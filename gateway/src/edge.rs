//! What stands around every route: trace, language, panic guard, security headers, the log line.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use chassis::clock::Stopwatch;
use chassis::error::{self, Scope};
use chassis::ids::Ids;
use chassis::telemetry::carry::Carried;
use chassis::telemetry::trace::{
    Origin, Span, SpanContext, SpanId, TraceFlags, TraceId, TraceState,
};
use chassis::text::Language;
use futures_util::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use hyper::body::Body as _;
use tokio_util::sync::CancellationToken;

use crate::problem::{Problem, TEXTS};
use crate::{Inner, leftover};

/// When to come back to a gateway that has as many requests as it can carry.
const COME_BACK: Duration = Duration::from_secs(1);

/// The address at the other end of the connection, put there by [`crate::serve`].
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

/// Told to every request of a listener that is about to close, by [`crate::serve`].
#[derive(Debug, Clone, Default)]
pub struct Draining(pub CancellationToken);

/// The route a request took, for logs and metrics: a path holds ids, a template none.
#[derive(Debug, Clone)]
pub struct Label(pub String);

/// How a request is found again (W3C Trace Context).
#[derive(Debug, Clone, Default)]
pub struct Trace {
    pub id: String,
    parent: Option<Carried>,
}

impl Trace {
    fn of(span: &Span) -> Self {
        let parent = span.place().map(|place| Carried::of(&place));
        let id = parent.as_ref().and_then(Carried::place);
        Self {
            id: id.map(|it| it.trace_id().to_string()).unwrap_or_default(),
            parent,
        }
    }

    /// For calls that are made later on, outside of this request.
    pub fn parent(&self) -> Option<&str> {
        self.parent.as_ref().map(|it| it.parent.as_str())
    }
}

/// A name for a request that is not recorded, so that its log lines are found all the same.
fn unrecorded(ids: &Ids) -> SpanContext {
    let id = ids.uuid().into_bytes();
    // The second half of a UUID is random and never zero, which would be no name.
    let [.., a, b, c, d, e, f, g, h] = id;
    SpanContext::new(
        TraceId::from_bytes(id),
        SpanId::from_bytes([a, b, c, d, e, f, g, h]),
        TraceFlags::NOT_SAMPLED,
        true,
        TraceState::NONE,
    )
}

pub async fn around(
    State(gateway): State<Arc<Inner>>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Stopwatch::start();
    let method = request.method().clone();
    let language = request.headers().get(header::ACCEPT_LANGUAGE);
    let language = language.and_then(|it| Language::from_accept_language(it.to_str().ok()?));
    // Asked every few seconds by machines: no news.
    let is_probe = matches!(request.uri().path(), "/healthz" | "/readyz" | "/metrics");
    let new = || unrecorded(&gateway.ids);
    let span = if is_probe {
        Span::passing(new())
    } else {
        let origin = Origin::of(request.headers(), gateway.config.trusts_traces);
        Span::http(known(&method), origin, new)
    };
    let trace = Trace::of(&span);
    let address = client_address(&request, gateway.config.trusted_proxies);
    request.extensions_mut().insert(trace.clone());
    if let Some(address) = address {
        request.extensions_mut().insert(address);
    }
    let matched = request.extensions().get::<axum::extract::MatchedPath>();
    let page = matched.map(|it| it.as_str().to_owned());
    let scope = Scope {
        language: language.unwrap_or_default(),
        domain: "gateway.irikteu.kz",
        texts: &TEXTS,
    };
    // A client that waits for leave to send has sent nothing.
    let waits = request.headers().contains_key(header::EXPECT);
    let (head, body) = request.into_parts();
    let (body, left) = match body.is_end_stream() {
        true => (body, None),
        false => {
            let (body, left) = leftover::lend(body);
            (body, Some(left))
        }
    };
    let request = Request::from_parts(head, body);
    // Whether it is well is asked of a busy one, too.
    let place = gateway.requests.clone().try_acquire_owned().ok();
    let work = async {
        if place.is_none() && !is_probe {
            let busy = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "TOO_BUSY", &[]);
            return busy.retry_after(COME_BACK).into_response(&trace.id);
        }
        // A fault here must not take the connection with it.
        AssertUnwindSafe(next.run(request))
            .catch_unwind()
            .await
            .unwrap_or_else(|_panic| {
                tracing::error!("a request panicked");
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                Problem::new(status, "INTERNAL", &[]).into_response(&trace.id)
            })
    };
    let mut response = span.around(error::in_scope(scope, work)).await;
    if let Some(left) = left.filter(|_| !waits) {
        leftover::read_away(left).await;
    }
    secure(response.headers_mut(), gateway.config.is_https);
    if let Ok(id) = HeaderValue::from_str(&trace.id) {
        response.headers_mut().insert("x-trace-id", id);
    }
    let label = response
        .extensions_mut()
        .remove::<Label>()
        .map(|label| label.0);
    let label = label.or(page).unwrap_or_else(|| "unmatched".to_owned());
    let (status, took) = (response.status(), started.elapsed());
    let route = format!("{} {label}", known(&method));
    chassis::telemetry::answered("gateway", &route, status.as_str(), took);
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let status = status.as_u16();
    span.answered_http(&route, status);
    span.within(|| {
        if is_probe {
            tracing::debug!(route, status, milliseconds, "answered");
        } else {
            tracing::info!(route, status, milliseconds, "answered");
        }
    });
    response
}

/// Methods are the sender's choice; a metric has only those that exist.
fn known(method: &http::Method) -> &str {
    match method.as_str() {
        it @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => it,
        _ => "OTHER",
    }
}

/// The sender's address: what our own proxies say, counted from the last, or the connection's.
fn client_address(request: &Request, proxies: usize) -> Option<ClientAddress> {
    let connection = request.extensions().get::<ClientAddress>().copied();
    if proxies == 0 {
        return connection;
    }
    let lines = request.headers().get_all("x-forwarded-for").iter();
    let hops: Vec<&str> = lines
        .filter_map(|it| it.to_str().ok())
        .flat_map(|line| line.split(','))
        .collect();
    let hop = hops
        .len()
        .checked_sub(proxies)
        .and_then(|at| hops[at].trim().parse().ok());
    hop.map(ClientAddress).or(connection)
}

/// Nothing may be loaded or run but what a page asks for by a policy of its own.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

fn secure(headers: &mut HeaderMap, is_https: bool) {
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=()",
        ),
    ];
    for (name, value) in fixed {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if is_https {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_proxies_are_believed() {
        let mut request = Request::new(axum::body::Body::empty());
        let forwarded = HeaderValue::from_static("6.6.6.6, 1.2.3.4, 10.0.0.1");
        request.headers_mut().insert("x-forwarded-for", forwarded);
        request
            .extensions_mut()
            .insert(ClientAddress("9.9.9.9".parse().expect("an address")));
        let at = |proxies| {
            client_address(&request, proxies)
                .expect("an address")
                .0
                .to_string()
        };
        assert_eq!(
            (at(0), at(1), at(2), at(9)),
            (
                "9.9.9.9".into(),
                "10.0.0.1".into(),
                "1.2.3.4".into(),
                "9.9.9.9".into()
            )
        );
    }
}
