//! A program outside that is asked over HTTP/1.1: the way there, and how much of an answer is read.

use std::sync::Arc;

use anyhow::{Context, anyhow, bail, ensure};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::http::request::Builder;
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Why there was no answer.
pub enum Failure {
    /// May be gone at the next try.
    Passing(anyhow::Error),
    /// The same question would get the same answer.
    Lasting(anyhow::Error),
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

pub struct Outside {
    uri: Uri,
    host: String,
    port: u16,
    tls: Option<TlsConnector>,
}

impl Outside {
    /// # Errors
    /// If the address is not one of HTTP, or `https` comes without anybody to believe.
    pub fn new(url: &str, authorities: Option<&[u8]>) -> anyhow::Result<Self> {
        let uri: Uri = url.parse().context("no address")?;
        let host = uri.host().context("the address has no host")?;
        let host = host.trim_matches(['[', ']']).to_owned();
        let (tls, usual_port) = match uri.scheme_str() {
            Some("http") => (None, 80),
            Some("https") => {
                let authorities =
                    authorities.context("https needs a file of the authorities to be believed")?;
                (Some(connector(authorities)?), 443)
            }
            _ => bail!("the address begins with http:// or https://"),
        };
        Ok(Self {
            port: uri.port_u16().unwrap_or(usual_port),
            host,
            uri,
            tls,
        })
    }

    /// A question for a place below the address; for the address itself where that is empty.
    ///
    /// # Errors
    /// Never, for an address that was taken.
    pub fn post(&self, below: &str, content_type: &str) -> anyhow::Result<Builder> {
        let authority = self.uri.authority().context("no host")?;
        let path = self.uri.path_and_query().map_or("/", |path| path.as_str());
        let path = match below {
            "" => path.to_owned(),
            below => format!("{}/{below}", path.trim_end_matches('/')),
        };
        Ok(Request::post(path)
            .header(HOST, authority.as_str())
            .header(CONTENT_TYPE, content_type))
    }

    /// Over a connection of its own: questions are few, and a kept one could be long dead.
    ///
    /// # Errors
    /// If nobody is there, or they are not who they should be.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> anyhow::Result<Response<Incoming>> {
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

/// What an answer holds, at most so many bytes.
///
/// # Errors
/// If it breaks off or is longer.
pub async fn body(response: Response<Incoming>, longest: usize) -> Result<Bytes, Failure> {
    let body = Limited::new(response.into_body(), longest).collect().await;
    let body = body.map_err(|error| {
        let too_long = error.is::<http_body_util::LengthLimitError>();
        let error = anyhow!(error);
        if too_long {
            Failure::Lasting(error.context("the answer is too long"))
        } else {
            Failure::Passing(error.context("the answer broke off"))
        }
    })?;
    Ok(body.to_bytes())
}

fn connector(authorities: &[u8]) -> anyhow::Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(authorities) {
        roots.add(certificate.context("the authorities")?)?;
    }
    ensure!(!roots.is_empty(), "the file of the authorities has none");
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
