//! Every way a call can fail, and the one conversion to the wire.
//!
//! Handlers use `?` and never build a status. The reason leads to a sentence in the caller's
//! language; the inside of an internal error is logged once and never sent.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, LocalizedMessage, StatusExt};

use crate::database::Trouble;
use crate::text::{Language, Texts};
use crate::violation::{Violation, Violations};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The sort of a refusal; it decides the code on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The state of things does not allow it now.
    FailedPrecondition,
    /// There is one already and there may be only one.
    AlreadyExists,
    /// The caller may never do this to this resource.
    PermissionDenied,
    /// The caller did not prove who they are.
    Unauthenticated,
    /// A limit is used up.
    ResourceExhausted,
    /// Somebody else was faster.
    Aborted,
    /// What was sent does not agree with what it says of itself.
    InvalidArgument,
}

impl Kind {
    fn code(self) -> Code {
        match self {
            Kind::FailedPrecondition => Code::FailedPrecondition,
            Kind::AlreadyExists => Code::AlreadyExists,
            Kind::PermissionDenied => Code::PermissionDenied,
            Kind::Unauthenticated => Code::Unauthenticated,
            Kind::ResourceExhausted => Code::ResourceExhausted,
            Kind::Aborted => Code::Aborted,
            Kind::InvalidArgument => Code::InvalidArgument,
        }
    }
}

/// A "no" of a service's rules. Each service has one enum of them in `domain/refusal.rs`.
pub trait Refusal: fmt::Debug + Send + Sync + 'static {
    /// As in the service's `error_reason.proto`, without the prefix.
    fn reason(&self) -> &'static str;
    fn kind(&self) -> Kind;
    /// What makes the sentence exact: times, limits, names. Never personal data.
    fn metadata(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
    /// What stands in the way, field by field, where the refusal is about that.
    fn violations(&self) -> Option<&Violations> {
        None
    }
}

#[derive(Debug)]
pub enum Error {
    /// All field violations of the request at once.
    Invalid(Violations),
    /// Nobody is signed in, or the proof is not good any more.
    Unauthenticated(&'static str),
    /// The caller's role does not reach this far.
    Denied,
    /// There is no such thing, or it is not the caller's to see.
    NotFound(String),
    /// The rules say no.
    Refused(Box<dyn Refusal>),
    /// The etag is not the newest.
    Stale { name: String, current: String },
    /// Another call with this request id is under way.
    InFlight,
    /// Too many calls; try again after this long.
    Busy(Duration),
    /// Something we need is out of reach; try again.
    Unavailable(anyhow::Error),
    /// Another service's answer, passed on as it is.
    Passed(Box<Status>),
    /// A bug or a broken part. The caller learns only that.
    Internal(anyhow::Error),
}

impl<R: Refusal> From<R> for Error {
    fn from(refusal: R) -> Self {
        Error::Refused(Box::new(refusal))
    }
}

impl From<Violations> for Error {
    fn from(violations: Violations) -> Self {
        Error::Invalid(violations)
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Error::Internal(error)
    }
}

/// Where trying again helps, the caller is told so; the request id settles what a lost commit did.
impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        match Trouble::of(&error) {
            Some(trouble) => {
                Error::Unavailable(anyhow::Error::new(error).context(trouble.as_str()))
            }
            None => Error::Internal(error.into()),
        }
    }
}

/// An answer of another service: what people caused is passed on, what broke is not.
impl From<Status> for Error {
    fn from(status: Status) -> Self {
        match status.code() {
            Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled => {
                Error::Unavailable(anyhow::anyhow!("another service: {}", status.message()))
            }
            Code::Internal | Code::Unknown | Code::Unimplemented | Code::DataLoss => {
                Error::Internal(anyhow::anyhow!("another service: {}", status.message()))
            }
            _ => Error::Passed(Box::new(status)),
        }
    }
}

impl Error {
    /// The reason of the refusal or of the kind of error, as sent.
    pub fn reason(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Error::Invalid(_) => "INVALID_REQUEST",
            Error::Unauthenticated(reason) => reason,
            Error::Denied => "NOT_ALLOWED",
            Error::NotFound(_) => "NOT_FOUND",
            Error::Refused(refusal) => refusal.reason(),
            Error::Stale { .. } => "STALE_ETAG",
            Error::InFlight => "REQUEST_IN_FLIGHT",
            Error::Busy(_) => "TOO_BUSY",
            Error::Unavailable(_) => "UNAVAILABLE",
            Error::Internal(_) => "INTERNAL",
            Error::Passed(status) => {
                let reason = status.get_details_error_info().map(|info| info.reason);
                return Cow::Owned(reason.unwrap_or_default());
            }
        })
    }

    fn code(&self) -> Code {
        match self {
            Error::Invalid(_) => Code::InvalidArgument,
            Error::Unauthenticated(_) => Code::Unauthenticated,
            Error::Denied => Code::PermissionDenied,
            Error::NotFound(_) => Code::NotFound,
            Error::Refused(refusal) => refusal.kind().code(),
            Error::Stale { .. } | Error::InFlight => Code::Aborted,
            Error::Busy(_) => Code::ResourceExhausted,
            Error::Unavailable(_) => Code::Unavailable,
            Error::Internal(_) => Code::Internal,
            Error::Passed(status) => status.code(),
        }
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        match self {
            Error::Refused(refusal) => refusal.metadata(),
            Error::Stale { current, .. } => vec![("current_etag", current.clone())],
            _ => Vec::new(),
        }
    }
}

/// The sentences that every service can say.
pub static WIRE_TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    Texts::new(
        include_str!("../texts/kk.ftl"),
        include_str!("../texts/ru.ftl"),
        include_str!("../texts/en.ftl"),
    )
});

/// What an error needs to know about the call it ends: set by the server's layer, read here.
#[derive(Clone, Copy)]
pub struct Scope {
    pub language: Language,
    /// The service's domain of reasons: `testing.irikteu.kz`.
    pub domain: &'static str,
    pub texts: &'static Texts,
}

tokio::task_local! {
    pub(crate) static SCOPE: Scope;
}

/// The language of the call under way.
pub fn language() -> Language {
    SCOPE.try_with(|scope| scope.language).unwrap_or_default()
}

/// Runs `work` as if it were a call in this scope.
pub async fn in_scope<F: Future>(scope: Scope, work: F) -> F::Output {
    SCOPE.scope(scope, work).await
}

/// The sentence for a reason in the language of the call, and the domain it belongs to.
fn sentence(reason: &str, args: &[(&'static str, String)]) -> (String, &'static str) {
    let own = SCOPE.try_with(|scope| {
        let text = scope.texts.sentence(scope.language, reason, args)?;
        Some((text, scope.domain))
    });
    if let Ok(Some(found)) = own {
        return found;
    }
    let text = WIRE_TEXTS.sentence(language(), reason, args);
    (text.unwrap_or_else(|| reason.to_owned()), "wire.irikteu.kz")
}

/// The sentence alone: for problems that are shown inside an answer instead of ending the call.
pub fn explain(reason: &str, args: &[(&'static str, String)]) -> String {
    sentence(reason, args).0
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match &error {
            Error::Internal(inside) => {
                tracing::error!(error = format!("{inside:#}"), "internal error")
            }
            Error::Unavailable(inside) => {
                tracing::warn!(error = format!("{inside:#}"), "unavailable")
            }
            _ => tracing::debug!(reason = %error.reason(), "refused"),
        }
        let code = error.code();
        let reason = error.reason();
        let metadata = error.metadata();
        if let Error::Passed(status) = error {
            return *status;
        }
        let (text, domain) = sentence(&reason, &metadata);
        let mut details = ErrorDetails::new();
        let pairs: HashMap<String, String> = metadata
            .iter()
            .map(|(k, v)| ((*k).to_owned(), v.clone()))
            .collect();
        details.set_error_info(&*reason, domain, pairs);
        details.set_localized_message(language().code(), &text);
        match error {
            Error::Refused(refusal) => {
                if let Some(violations) = refusal.violations() {
                    details.set_bad_request(that_fit(violations.iter().cloned()));
                }
            }
            Error::Invalid(violations) => {
                details.set_bad_request(that_fit(violations.into_iter()));
            }
            Error::NotFound(name) | Error::Stale { name, .. } => {
                details.set_resource_info("", name, "", "");
            }
            Error::Busy(wait) => {
                details.set_retry_info(Some(wait));
            }
            Error::Unavailable(_) => {
                details.set_retry_info(Some(Duration::from_secs(1)));
            }
            _ => {}
        }
        Status::with_error_details(code, text, details)
    }
}

/// Details travel in a header, in base64, and a client that was told nothing else takes 16 KiB of
/// headers: beyond that it has no answer at all.
const ROOM: usize = 9 * 1024;

/// All violations where there is room for them: first what is said twice goes, then the last ones go,
/// and how many these are is told.
fn that_fit(violations: impl Iterator<Item = Violation>) -> Vec<FieldViolation> {
    let mut all: Vec<FieldViolation> = violations.map(field_violation).collect();
    if all.iter().map(size).sum::<usize>() <= ROOM {
        return all;
    }
    for violation in &mut all {
        // The localized message says the same.
        violation.description.clear();
    }
    let mut room = ROOM;
    let fitting = all.iter().take_while(|violation| {
        let left = room.checked_sub(size(violation));
        room = left.unwrap_or_default();
        left.is_some()
    });
    let fitting = fitting.count();
    if fitting < all.len() {
        let left = all.split_off(fitting);
        let count = ("count", left.len().to_string());
        all.extend(left.into_iter().next().map(|first| {
            field_violation(Violation {
                field: first.field,
                reason: "MORE_VIOLATIONS",
                args: vec![count],
            })
        }));
    }
    all
}

/// About what it takes on the way; a bit more than less.
fn size(violation: &FieldViolation) -> usize {
    let text = violation.localized_message.as_ref();
    let text = text.map_or(0, |it| it.message.len() + it.locale.len());
    violation.field.len() + violation.reason.len() + violation.description.len() + text + 20
}

fn field_violation(violation: Violation) -> FieldViolation {
    let (text, _) = sentence(violation.reason, &violation.args);
    FieldViolation {
        field: violation.field,
        description: text.clone(),
        reason: violation.reason.to_owned(),
        localized_message: Some(LocalizedMessage::new(language().code(), text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_violations_travel_together_in_the_callers_language() {
        let mut violations = Violations::new();
        violations
            .add("iin", "REQUIRED")
            .add_with("title", "TOO_LONG", [("max", "5".into())]);
        let scope = Scope {
            language: Language::Ru,
            domain: "x.irikteu.kz",
            texts: &WIRE_TEXTS,
        };
        let status = in_scope(scope, async { Status::from(Error::Invalid(violations)) }).await;
        assert_eq!(status.code(), Code::InvalidArgument);
        let details = status.get_error_details();
        let bad = details.bad_request().expect("a bad request");
        assert_eq!(bad.field_violations.len(), 2);
        assert_eq!(bad.field_violations[1].reason, "TOO_LONG");
        assert_eq!(
            details.localized_message().expect("a sentence").locale,
            "ru"
        );
    }

    #[tokio::test]
    async fn however_many_violations_there_are_the_answer_fits_into_the_headers_of_any_client() {
        for (many, language) in [
            (40, Language::En),
            (100, Language::Kk),
            (5000, Language::Kk),
        ] {
            let mut violations = Violations::new();
            for at in 0..many {
                violations.add(
                    format!("sections.experience.rows[{at}].start_date"),
                    "INVALID_FORMAT",
                );
            }
            let scope = Scope {
                language,
                domain: "x.irikteu.kz",
                texts: &WIRE_TEXTS,
            };
            let status = in_scope(scope, async { Status::from(Error::Invalid(violations)) }).await;
            let mut headers = http::HeaderMap::new();
            status.add_header(&mut headers).expect("headers");
            let size = headers
                .iter()
                .map(|(name, value)| name.as_str().len() + value.len() + 32);
            assert!(size.sum::<usize>() < 16 * 1024, "{many}");
            let told = status
                .get_error_details()
                .bad_request()
                .expect("violations")
                .clone();
            let told = told.field_violations;
            let last = told.last().expect("one");
            let text = last.localized_message.as_ref().expect("a sentence");
            let is_whole = last.reason != "MORE_VIOLATIONS";
            assert_eq!(is_whole, told.len() == many, "{many}");
            assert!(is_whole || text.message.contains(&(many - told.len() + 1).to_string()));
            assert!(told.len() >= many.min(40), "{} of {many}", told.len());
        }
    }

    #[test]
    fn the_inside_of_an_internal_error_is_not_sent() {
        let status = Status::from(Error::Internal(anyhow::anyhow!("password of the database")));
        assert!(!format!("{status:?}").contains("database"));
    }
}
