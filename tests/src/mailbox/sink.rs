//! SMTP as far as our own mails need it (RFC 5321, RFC 3207). Nothing is said in the open.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use super::Taken;

/// The largest mail: a calendar file more than a letter.
const LARGEST: usize = 1024 * 1024;
/// The longest line, its end included (RFC 5321).
const LONGEST_LINE: u64 = 1000;
/// For one conversation.
const PATIENCE: Duration = Duration::from_secs(60);
const AT_ONCE: usize = 64;

/// Takes mail for whoever it is.
pub struct Sink {
    pub listener: TcpListener,
    pub acceptor: TlsAcceptor,
    pub taken: Taken,
}

impl Sink {
    /// # Errors
    /// If the files are no certificate and its key.
    pub fn acceptor(certificate: &Path, key: &Path) -> anyhow::Result<TlsAcceptor> {
        let chain = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect)
            .with_context(|| format!("{}", certificate.display()))?;
        let key =
            PrivateKeyDer::from_pem_file(key).with_context(|| format!("{}", key.display()))?;
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Until it is dropped.
    pub async fn run(self) {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        while let Ok(place) = places.clone().acquire_owned().await {
            let Ok((stream, _)) = self.listener.accept().await else {
                tokio::task::yield_now().await;
                continue;
            };
            let (acceptor, taken) = (self.acceptor.clone(), self.taken.clone());
            tokio::spawn(async move {
                let talk = converse(stream, acceptor, &taken);
                // Who breaks off or falls silent has sent nothing.
                let _ = tokio::time::timeout(PATIENCE, talk).await;
                drop(place);
            });
        }
    }
}

async fn converse(stream: TcpStream, acceptor: TlsAcceptor, taken: &Taken) -> Option<()> {
    let mut plain = BufReader::new(stream);
    say(&mut plain, "220 a mailbox for trying out").await?;
    loop {
        let line = line(&mut plain).await?;
        match verb(&line).as_str() {
            "EHLO" => say(&mut plain, "250-mailbox\r\n250 STARTTLS").await?,
            "STARTTLS" => {
                say(&mut plain, "220 go on").await?;
                break;
            }
            "QUIT" => return say(&mut plain, "221 bye").await,
            _ => say(&mut plain, "530 STARTTLS first").await?,
        }
    }
    let stream = acceptor.accept(plain.into_inner()).await.ok()?;
    encrypted(BufReader::new(stream), taken).await
}

async fn encrypted<S>(mut stream: BufReader<S>, taken: &Taken) -> Option<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        let line = line(&mut stream).await?;
        let answer = match verb(&line).as_str() {
            "EHLO" => "250-mailbox\r\n250-8BITMIME\r\n250 SMTPUTF8",
            "DATA" => {
                say(&mut stream, "354 go on").await?;
                let mail = data(&mut stream).await?;
                match taken.take(&mail) {
                    Ok(()) => "250 taken",
                    Err(error) => {
                        tracing::warn!(error = format!("{error:#}"), "a mail was not kept");
                        "451 not now"
                    }
                }
            }
            "QUIT" => return say(&mut stream, "221 bye").await,
            "MAIL" | "RCPT" | "RSET" | "NOOP" => "250 ok",
            _ => "502 not here",
        };
        say(&mut stream, answer).await?;
    }
}

/// A mail until the line with a single full stop; none where it is too large.
async fn data<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<Vec<u8>> {
    let mut mail = Vec::new();
    loop {
        let line = line(stream).await?;
        if line == b".\r\n" {
            return Some(mail);
        }
        // A line that begins with one got another put before it.
        mail.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line[..]));
        if mail.len() > LARGEST {
            return None;
        }
    }
}

async fn line<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    let mut limited = stream.take(LONGEST_LINE);
    limited.read_until(b'\n', &mut line).await.ok()?;
    line.ends_with(b"\n").then_some(line)
}

fn verb(line: &[u8]) -> String {
    let word = line.split(|it| it.is_ascii_whitespace()).next();
    String::from_utf8_lossy(word.unwrap_or_default()).to_uppercase()
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, line: &str) -> Option<()> {
    let line = format!("{line}\r\n");
    stream.write_all(line.as_bytes()).await.ok()?;
    stream.flush().await.ok()
}
