//! Every "no" over HTTP: one document (RFC 9457) with the reason, its sentence and the violations.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::LazyLock;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use chassis::error;
use chassis::text::Texts;
use chassis::violation::Violations;
use http::{HeaderName, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use serde::Serialize;
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// The words of the gateway itself: titles of statuses.
pub static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    Texts::new(
        include_str!("../texts/kk.ftl"),
        include_str!("../texts/ru.ftl"),
        include_str!("../texts/en.ftl"),
    )
});

/// The domain of reasons that every service can give.
pub const WIRE: &str = "wire.irikteu.kz";

/// A refusal. It lies behind a pointer, so that what goes well does not carry its size around.
#[derive(Debug)]
pub struct Problem(Box<Content>);

#[derive(Debug)]
pub struct Content {
    pub status: StatusCode,
    pub reason: String,
    pub domain: String,
    pub detail: String,
    pub metadata: BTreeMap<String, String>,
    pub violations: Vec<Wrong>,
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Deref for Problem {
    type Target = Content;

    fn deref(&self) -> &Content {
        &self.0
    }
}

impl DerefMut for Problem {
    fn deref_mut(&mut self) -> &mut Content {
        &mut self.0
    }
}

/// One wrong field.
#[derive(Debug, Serialize)]
pub struct Wrong {
    pub field: String,
    pub reason: String,
    pub detail: String,
}

impl Problem {
    /// One of the reasons of the wire, with its sentence in the language of the call.
    pub fn new(status: StatusCode, reason: &str, args: &[(&'static str, String)]) -> Self {
        Self(Box::new(Content {
            status,
            reason: reason.to_owned(),
            domain: WIRE.to_owned(),
            detail: error::explain(reason, args),
            metadata: args
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            violations: Vec::new(),
            headers: Vec::new(),
        }))
    }

    pub fn too_large(max: u64) -> Self {
        let args = [("max", max.to_string())];
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", &args)
    }

    /// The body did not come in time; the fault is not the service's.
    pub fn too_slow() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "DEADLINE_EXCEEDED", &[])
    }

    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", &[])
    }

    pub fn invalid(violations: Violations) -> Self {
        let wrong = violations.into_iter().map(|violation| Wrong {
            detail: error::explain(violation.reason, &violation.args),
            field: violation.field,
            reason: violation.reason.to_owned(),
        });
        let mut problem = Self::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", &[]);
        problem.violations = wrong.collect();
        problem
    }

    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(crate) fn retry_after(self, wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        self.with(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)))
    }

    /// Says when to come again, where the service said the instant.
    pub(crate) fn come_again(self, now: Timestamp) -> Self {
        let is_said = self.headers.iter().any(|it| it.0 == header::RETRY_AFTER);
        if self.status != StatusCode::TOO_MANY_REQUESTS || is_said {
            return self;
        }
        let instant = self.metadata.get("retry_time");
        match instant.and_then(|it| it.parse::<Timestamp>().ok()) {
            // One that has passed is now.
            Some(instant) => self
                .retry_after(Duration::try_from(instant.duration_since(now)).unwrap_or_default()),
            None => self,
        }
    }

    /// The document, in the language of the call. `trace` is how the request is found in the logs.
    pub fn document(&self, trace: &str) -> Vec<u8> {
        let status = self.status;
        let title = format!("STATUS_{}", status.as_u16());
        let title = TEXTS.sentence(error::language(), &title, &[]);
        let document = Document {
            r#type: format!(
                "https://irikteu.kz/problems/{}",
                self.reason.to_ascii_lowercase().replace('_', "-")
            ),
            title: title
                .as_deref()
                .or(status.canonical_reason())
                .unwrap_or_default(),
            status: status.as_u16(),
            detail: &self.detail,
            reason: &self.reason,
            domain: &self.domain,
            metadata: &self.metadata,
            violations: &self.violations,
            trace_id: trace,
        };
        serde_json::to_vec(&document).unwrap_or_default()
    }

    /// The answer.
    pub fn into_response(self, trace: &str) -> Response {
        let (status, language) = (self.status, error::language());
        let mut response = Response::new(Body::from(self.document(trace)));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let json = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, json);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(language.code()),
        );
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"irikteu\"");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        for (name, value) in self.0.headers {
            headers.append(name, value);
        }
        response
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    reason: &'a str,
    domain: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "<[Wrong]>::is_empty")]
    violations: &'a [Wrong],
    trace_id: &'a str,
}

/// A service's answer. One that says no reason is given the reason of its code.
impl From<Status> for Problem {
    fn from(status: Status) -> Self {
        let details = status.get_error_details();
        let (code, default) = meaning(&status);
        let mut problem = Self::new(code, default, &[]);
        if let Some(info) = details.error_info() {
            problem.reason.clone_from(&info.reason);
            problem.domain.clone_from(&info.domain);
            problem.metadata = info.metadata.clone().into_iter().collect();
            problem.status = status_of_reason(&info.reason, &info.domain).unwrap_or(code);
            problem.detail = error::explain(&info.reason, &[]);
        }
        if let Some(text) = details.localized_message() {
            problem.detail.clone_from(&text.message);
        }
        if let Some(bad) = details.bad_request() {
            let wrong = bad.field_violations.iter().map(|violation| Wrong {
                field: violation.field.clone(),
                reason: violation.reason.clone(),
                detail: match &violation.localized_message {
                    Some(text) => text.message.clone(),
                    None => violation.description.clone(),
                },
            });
            problem.violations = wrong.collect();
        }
        let wait = details.retry_info().and_then(|info| info.retry_delay);
        match (wait, problem.status) {
            (Some(wait), _) => problem.retry_after(wait),
            (None, StatusCode::SERVICE_UNAVAILABLE) => problem.retry_after(Duration::from_secs(1)),
            _ => problem,
        }
    }
}

/// The HTTP status of a gRPC code, and the reason where the service gives none.
fn meaning(status: &Status) -> (StatusCode, &'static str) {
    use std::error::Error as _;
    match status.code() {
        Code::InvalidArgument | Code::OutOfRange => (StatusCode::BAD_REQUEST, "INVALID_REQUEST"),
        Code::Unauthenticated => (StatusCode::UNAUTHORIZED, "NOT_SIGNED_IN"),
        Code::PermissionDenied => (StatusCode::FORBIDDEN, "NOT_ALLOWED"),
        // An RPC that the service doesn't know yet is not there for the client either.
        Code::NotFound | Code::Unimplemented => (StatusCode::NOT_FOUND, "NOT_FOUND"),
        Code::Aborted | Code::AlreadyExists | Code::FailedPrecondition => {
            (StatusCode::CONFLICT, "REQUEST_IN_FLIGHT")
        }
        Code::ResourceExhausted => (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"),
        Code::DeadlineExceeded => (StatusCode::GATEWAY_TIMEOUT, "DEADLINE_EXCEEDED"),
        // So an expired deadline arrives over TCP.
        Code::Cancelled if status.message().contains("Timeout expired") => {
            (StatusCode::GATEWAY_TIMEOUT, "DEADLINE_EXCEEDED")
        }
        Code::Unavailable | Code::Cancelled => (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"),
        // A broken connection, not a service's answer.
        Code::Unknown if status.source().is_some() => {
            (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE")
        }
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
    }
}

/// Reasons that HTTP has a status of its own for.
fn status_of_reason(reason: &str, domain: &str) -> Option<StatusCode> {
    match reason {
        _ if domain != WIRE => None,
        "PAYLOAD_TOO_LARGE" => Some(StatusCode::PAYLOAD_TOO_LARGE),
        "UNSUPPORTED_MEDIA_TYPE" => Some(StatusCode::UNSUPPORTED_MEDIA_TYPE),
        "METHOD_NOT_ALLOWED" => Some(StatusCode::METHOD_NOT_ALLOWED),
        _ => None,
    }
}
