//! The person registry over HTTP.
//!
//! `POST {address}` with `{"iin": "…"}` – in the body, because addresses are written into logs – and
//! a bearer token where one is set. `200` with a person, or `404` for nobody. Everything else is no
//! answer: a refused connection, a wait, a 5xx, a body that is too long or can't be read. What may
//! pass by itself is tried once more; after a few failures in a row the registry is left alone for a
//! moment, so that people do not all wait for it.

use std::time::Duration;

use anyhow::{Context, anyhow, ensure};
use chassis::clock::Clock;
use chassis::identifier::Iin;
use chassis::mask::Masked;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::AUTHORIZATION;
use hyper::{Request, StatusCode};
use jiff::SignedDuration;

use super::health::Health;
use super::{Found, Row};
use crate::outside::{self, Failure, Outside};

/// Where the registry is, and how long we put up with it.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// `https://registry.example/persons/lookUp`, or `http://` within a protected network.
    pub url: String,
    /// Sent as a bearer token; `None` where the registry knows us otherwise.
    pub token: Option<Masked<String>>,
    /// Whom we believe that a registry over `https` is the registry: certificates in PEM.
    pub authorities: Option<Vec<u8>>,
    /// One try takes so long at most: a person waits meanwhile.
    pub try_within: Duration,
    /// After so many failures in a row the registry is left alone …
    pub failures_before_rest: u32,
    /// … for so long.
    pub rest: SignedDuration,
}

impl HttpSettings {
    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            token: None,
            authorities: None,
            try_within: Duration::from_secs(2),
            failures_before_rest: 3,
            rest: SignedDuration::from_secs(10),
        }
    }
}

/// A lookup changes nothing, so it is safe to repeat.
const TRIES: u32 = 2;
/// A person is a few hundred bytes.
const LONGEST_ANSWER: usize = 16 * 1024;

pub struct HttpRegistry {
    outside: Outside,
    token: Option<Masked<String>>,
    try_within: Duration,
    health: Health,
}

impl HttpRegistry {
    /// # Errors
    /// If the address is not one of HTTP, or `https` comes without anybody to believe.
    pub fn new(settings: &HttpSettings, clock: Clock) -> anyhow::Result<Self> {
        let outside = Outside::new(&settings.url, settings.authorities.as_deref());
        Ok(Self {
            outside: outside.context("the person registry")?,
            token: settings.token.clone(),
            try_within: settings.try_within,
            health: Health::new(clock, settings.failures_before_rest, settings.rest),
        })
    }

    pub async fn find(&self, iin: Iin) -> Found {
        if self.health.is_resting() {
            return Found::NoAnswer;
        }
        for _ in 0..TRIES {
            let answer = tokio::time::timeout(self.try_within, self.ask(iin)).await;
            match answer.unwrap_or_else(|_| Err(Failure::Passing(anyhow!("no answer in time")))) {
                Ok(found) => {
                    self.health.is_well();
                    return found;
                }
                Err(Failure::Passing(error)) => {
                    tracing::warn!(error = format!("{error:#}"), "the registry has no answer");
                }
                Err(Failure::Lasting(error)) => {
                    tracing::error!(error = format!("{error:#}"), "the registry answers oddly");
                    break;
                }
            }
        }
        self.health.has_failed();
        Found::NoAnswer
    }

    async fn ask(&self, iin: Iin) -> Result<Found, Failure> {
        let request = self.request(iin).map_err(Failure::Lasting)?;
        let response = self.outside.send(request).await;
        let response = response.map_err(Failure::Passing)?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(Found::Unknown),
            status if status.is_server_error() => {
                return Err(Failure::Passing(anyhow!("status {status}")));
            }
            status => return Err(Failure::Lasting(anyhow!("status {status}"))),
        }
        let body = outside::body(response, LONGEST_ANSWER).await?;
        read(&body, iin).map_err(Failure::Lasting)
    }

    fn request(&self, iin: Iin) -> anyhow::Result<Request<Full<Bytes>>> {
        let body = serde_json::to_vec(&serde_json::json!({ "iin": iin.reveal() }))?;
        let mut request = self.outside.post("", "application/json")?;
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {}", token.reveal()));
        }
        Ok(request.body(Full::new(body.into()))?)
    }
}

/// Whom we asked for, or nothing: what the answer holds is not told in an error.
fn read(body: &[u8], iin: Iin) -> anyhow::Result<Found> {
    let row: Row = serde_json::from_slice(body).map_err(|_| anyhow!("the answer is no person"))?;
    ensure!(
        Iin::parse(&row.iin) == Ok(iin),
        "the answer is about somebody else"
    );
    ensure!(
        !row.family_name.trim().is_empty() || !row.given_name.trim().is_empty(),
        "the answer has no name"
    );
    Ok(Found::Known(Box::new(row.person())))
}
