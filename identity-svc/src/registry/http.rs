//! The person registry over HTTP.
//!
//! `POST {address}` with `{"iin": "…"}` – in the body, because addresses are written into logs – and
//! a bearer token where one is set. `200` with a person, or `404` for nobody. Everything else is no
//! answer: a refused connection, a wait, a 5xx, a body that is too long or can't be read. What may
//! pass by itself is tried once more; after a few failures in a row the registry is left alone for a
//! moment, so that people do not all wait for it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail, ensure};
use chassis::clock::Clock;
use chassis::identifier::Iin;
use chassis::mask::Masked;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use jiff::SignedDuration;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::health::Health;
use super::{Found, Row};

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
    uri: Uri,
    host: String,
    port: u16,
    tls: Option<TlsConnector>,
    token: Option<Masked<String>>,
    try_within: Duration,
    health: Health,
}

/// Why there was no answer.
enum Failure {
    /// May be gone at the next try.
    Passing(anyhow::Error),
    /// The same question would get the same answer.
    Lasting(anyhow::Error),
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

impl HttpRegistry {
    /// # Errors
    /// If the address is not one of HTTP, or `https` comes without anybody to believe.
    pub fn new(settings: &HttpSettings, clock: Clock) -> anyhow::Result<Self> {
        let uri: Uri = settings.url.parse().context("the registry's address")?;
        let host = uri.host().context("the registry's address has no host")?;
        let host = host.trim_matches(['[', ']']).to_owned();
        let (tls, usual_port) = match uri.scheme_str() {
            Some("http") => (None, 80),
            Some("https") => {
                let authorities = settings.authorities.as_deref();
                let authorities = authorities.context(
                    "a registry over https needs a file of the authorities to be believed",
                )?;
                (Some(connector(authorities)?), 443)
            }
            _ => bail!("the registry's address begins with http:// or https://"),
        };
        Ok(Self {
            port: uri.port_u16().unwrap_or(usual_port),
            host,
            uri,
            tls,
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
        let response = self.send(request).await.map_err(Failure::Passing)?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(Found::Unknown),
            status if status.is_server_error() => {
                return Err(Failure::Passing(anyhow!("status {status}")));
            }
            status => return Err(Failure::Lasting(anyhow!("status {status}"))),
        }
        let body = Limited::new(response.into_body(), LONGEST_ANSWER).collect();
        let body = body.await.map_err(|error| {
            let too_long = error.is::<http_body_util::LengthLimitError>();
            let error = anyhow!(error);
            if too_long {
                Failure::Lasting(error.context("the answer is too long"))
            } else {
                Failure::Passing(error.context("the answer broke off"))
            }
        })?;
        read(&body.to_bytes(), iin).map_err(Failure::Lasting)
    }

    fn request(&self, iin: Iin) -> anyhow::Result<Request<Full<Bytes>>> {
        let body = serde_json::to_vec(&serde_json::json!({ "iin": iin.reveal() }))?;
        let authority = self.uri.authority().context("no host")?;
        let path = self.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut request = Request::post(path)
            .header(HOST, authority.as_str())
            .header(CONTENT_TYPE, "application/json");
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {}", token.reveal()));
        }
        Ok(request.body(Full::new(body.into()))?)
    }

    /// Over a connection of its own: registrations are few, and a kept one could be long dead.
    async fn send(&self, request: Request<Full<Bytes>>) -> anyhow::Result<Response<Incoming>> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        let stream: Box<dyn Stream> = match &self.tls {
            None => Box::new(stream),
            Some(tls) => {
                let name = ServerName::try_from(self.host.clone())?;
                Box::new(tls.connect(name, stream).await?)
            }
        };
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        // It ends with the answer, or when nobody waits for the answer any more.
        tokio::spawn(connection);
        Ok(sender.send_request(request).await?)
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

fn connector(authorities: &[u8]) -> anyhow::Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(authorities) {
        roots.add(certificate.context("the registry's authorities")?)?;
    }
    ensure!(
        !roots.is_empty(),
        "the file of the registry's authorities has none"
    );
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
