//! Who is calling: a bearer token or a cookie, traded for a token that one service believes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chassis::client::Connection;
use chassis::clock::Clock;
use chassis::mask::Masked;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use prost_reflect::{DynamicMessage, Value};
use proto::identity::v1::ExchangeSessionRequest;
use proto::identity::v1::sessions_client::SessionsClient;
use serde::Deserialize;
use tonic::Status;
use uuid::Uuid;

use crate::call::Envelope;
use crate::problem::Problem;
use crate::route::Operation;

/// Cookies of a session. The prefix keeps other hosts of the domain from setting them.
pub const ACCESS_COOKIE: &str = "__Host-irikteu";
pub const REFRESH_COOKIE: &str = "__Host-irikteu-refresh";

/// `X-Irikteu-Session: cookie` asks for tokens as cookies. A page of another site can't send it
/// without asking first, so it can't sign anybody in.
pub const SESSION_HEADER: &str = "x-irikteu-session";

const SESSIONS: &str = "irikteu.identity.v1.Sessions";

/// What a request brings to prove who sends it.
#[derive(Debug, Default)]
pub struct Credentials {
    pub access: Access,
    pub refresh: Option<Masked<String>>,
    /// The client wants its tokens as cookies.
    pub wants_cookies: bool,
}

#[derive(Debug, Default, PartialEq)]
pub enum Access {
    #[default]
    None,
    Bearer(Masked<String>),
    Cookie(Masked<String>),
}

impl Credentials {
    /// # Errors
    /// 401 for an Authorization header that holds no bearer token.
    pub fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        let wants_cookies = headers.get(SESSION_HEADER).is_some_and(|it| it == "cookie");
        if let Some(header) = headers.get(header::AUTHORIZATION) {
            let token = header.to_str().ok().and_then(|text| text.split_once(' '));
            return match token {
                Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Self {
                    access: Access::Bearer(Masked::new(token.trim().to_owned())),
                    refresh: None,
                    wants_cookies,
                }),
                _ => Err(Problem::new(StatusCode::UNAUTHORIZED, "NOT_SIGNED_IN", &[])),
            };
        }
        Ok(Self {
            access: cookie(headers, ACCESS_COOKIE).map_or(Access::None, Access::Cookie),
            refresh: cookie(headers, REFRESH_COOKIE),
            wants_cookies,
        })
    }

    /// Whether a browser added any of it by itself.
    pub fn has_cookies(&self) -> bool {
        matches!(self.access, Access::Cookie(_)) || self.refresh.is_some()
    }
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<Masked<String>> {
    let lines = headers.get_all(header::COOKIE).iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| Masked::new(value.to_owned()))
}

/// What the identity service says of an access token.
#[derive(Debug)]
pub struct Introduction {
    /// `Bearer …`, believed by one service.
    pub token: HeaderValue,
    /// Whose session it is.
    pub account: Option<Uuid>,
}

/// The account that a caller token names. It came from the identity service itself, a moment ago:
/// the service it is for checks its signature.
fn account_of(token: &str) -> Option<Uuid> {
    #[derive(Deserialize)]
    struct Claims {
        sub: Uuid,
    }
    let claims = BASE64.decode(token.split('.').nth(1)?).ok()?;
    let Claims { sub } = serde_json::from_slice(&claims).ok()?;
    Some(sub)
}

/// The account that an answer is or belongs to.
pub fn account_named(answer: &DynamicMessage) -> Option<Uuid> {
    ["account", "name"].into_iter().find_map(|field| {
        let value = answer.get_field_by_name(field)?;
        let id = value.as_str()?.strip_prefix("accounts/")?;
        Uuid::parse_str(id.split('/').next()?).ok()
    })
}

/// Trades an access token for a caller token that only `audience` believes.
///
/// # Errors
/// The identity service's refusal.
pub async fn exchange(
    identity: Connection,
    access: &Masked<String>,
    audience: &str,
    envelope: &Envelope,
) -> Result<Introduction, Status> {
    let mut request = tonic::Request::new(ExchangeSessionRequest {
        access_token: access.reveal().clone(),
        audience: audience.to_owned(),
    });
    *request.metadata_mut() = tonic::metadata::MetadataMap::from_headers(envelope.headers.clone());
    request.set_timeout(envelope.deadline);
    let mut sessions = SessionsClient::new(identity);
    let answer = tokio::time::timeout(envelope.deadline, sessions.exchange_session(request))
        .await
        .map_err(|_| Status::deadline_exceeded("no answer in time"))??;
    let caller_token = answer.into_inner().caller_token;
    let mut token = HeaderValue::try_from(format!("Bearer {caller_token}"))
        .map_err(|_| Status::internal("a caller token that is no header"))?;
    token.set_sensitive(true);
    let account = account_of(&caller_token);
    Ok(Introduction { token, account })
}

/// Whether a state-changing request that brings cookies comes from a page of ours.
pub fn is_same_origin(headers: &HeaderMap, host: Option<&str>, allowed: &[String]) -> bool {
    let origin = headers.get(header::ORIGIN).and_then(|it| it.to_str().ok());
    if origin.is_some_and(|origin| allowed.iter().any(|it| it == origin)) {
        return true;
    }
    // Browsers set this one themselves, and no page can.
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let authority = origin
        .and_then(|origin| origin.split_once("://"))
        .map(|(_, rest)| rest);
    authority.is_some() && authority == host
}

/// What a call to the sessions themselves means for the cookies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieWork {
    Nothing,
    /// Tokens in the answer become cookies.
    Set,
    /// Cookies go once the session has ended.
    Clear,
}

/// Decides what happens to cookies, and puts the refresh cookie into the request it is for.
pub fn prepare(
    operation: &Operation,
    credentials: &Credentials,
    request: &mut DynamicMessage,
) -> CookieWork {
    if operation.rpc.parent_service().full_name() != SESSIONS || !operation.is_unsafe() {
        return CookieWork::Nothing;
    }
    let text = |request: &DynamicMessage, name: &str| {
        let value = request.get_field_by_name(name);
        value
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    };
    if operation
        .input()
        .get_field_by_name("refresh_token")
        .is_some()
    {
        if let (true, Some(token)) = (
            text(request, "refresh_token").is_empty(),
            &credentials.refresh,
        ) {
            request.set_field_by_name("refresh_token", Value::String(token.reveal().clone()));
            return CookieWork::Set;
        }
    } else if operation.input().get_field_by_name("name").is_some() {
        let own = text(request, "name") == "sessions/current" && credentials.has_cookies();
        return if own {
            CookieWork::Clear
        } else {
            CookieWork::Nothing
        };
    }
    if credentials.wants_cookies {
        CookieWork::Set
    } else {
        CookieWork::Nothing
    }
}

/// Moves the tokens of a session out of the answer and into cookies.
pub fn take_cookies(session: &mut DynamicMessage, clock: &Clock) -> Vec<HeaderValue> {
    let mut cookies = Vec::new();
    let tokens = [
        (ACCESS_COOKIE, "access_token", "access_expire_time"),
        (REFRESH_COOKIE, "refresh_token", "refresh_expire_time"),
    ];
    for (cookie, token, expire_time) in tokens {
        let age = seconds_until(session, expire_time, clock);
        let token = session.take_field_by_name(token);
        let Some(token) = token
            .as_ref()
            .and_then(Value::as_str)
            .filter(|it| !it.is_empty())
        else {
            continue;
        };
        cookies.extend(set_cookie(cookie, token, age));
    }
    cookies
}

/// Cookies that end the ones before.
pub fn cleared() -> Vec<HeaderValue> {
    [ACCESS_COOKIE, REFRESH_COOKIE]
        .into_iter()
        .filter_map(|it| set_cookie(it, "", 0))
        .collect()
}

fn set_cookie(name: &str, value: &str, age: i64) -> Option<HeaderValue> {
    let attributes = "Path=/; Secure; HttpOnly; SameSite=Lax";
    let text = format!("{name}={value}; Max-Age={age}; {attributes}");
    let mut header = HeaderValue::try_from(text).ok()?;
    header.set_sensitive(true);
    Some(header)
}

fn seconds_until(session: &DynamicMessage, field: &str, clock: &Clock) -> i64 {
    let time = session.get_field_by_name(field);
    let time = time.as_ref().and_then(|value| value.as_message());
    let seconds = time.and_then(|time| time.get_field_by_name("seconds")?.as_i64());
    (seconds.unwrap_or(0) - clock.now().as_second()).max(0)
}
