//! Mail to a mail server, encrypted always.

use std::fmt;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use async_trait::async_trait;
use chassis::mask::Masked;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{self, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::{AsyncSmtpTransport, Error};
use lettre::{AsyncTransport, Tokio1Executor};
use tokio::time::timeout;

use super::{Handed, Transport};
use crate::domain::delivery::Trouble;
use crate::store::mail::Mail;

/// To a server that is there.
const CONNECT: Duration = Duration::from_secs(20);

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Tls {
    /// Plain at first; a server that can't go on encrypted gets no mail.
    Starttls,
    /// Encrypted from the first byte.
    Implicit,
}

#[derive(Debug, Clone)]
pub struct SmtpSettings {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub credentials: Option<(String, Masked<String>)>,
    /// The PEM of the only authority to believe; `None` for those of the public web.
    pub authority: Option<Vec<u8>>,
    /// Who writes the mails.
    pub from: String,
    /// For one mail, from the connection to the last answer; shorter than its lease.
    pub patience: Duration,
}

pub struct Smtp {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    patience: Duration,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Smtp")
    }
}

impl Smtp {
    /// # Errors
    /// If the sender is no address or the authority no certificate. The server is not asked.
    pub fn open(settings: &SmtpSettings) -> anyhow::Result<Self> {
        let mut tls = TlsParameters::builder(settings.host.clone());
        if let Some(pem) = &settings.authority {
            let authority = Certificate::from_pem(pem).context("the mail server's authority")?;
            tls = tls
                .certificate_store(CertificateStore::None)
                .add_root_certificate(authority);
        } else {
            tls = tls.certificate_store(CertificateStore::WebpkiRoots);
        }
        let tls = tls.build().context("TLS to the mail server")?;
        let tls = match settings.tls {
            Tls::Starttls => client::Tls::Required(tls),
            Tls::Implicit => client::Tls::Wrapper(tls),
        };
        let mut server =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.host.as_str())
                .port(settings.port)
                .tls(tls)
                // The library waits for every later answer for ever: see `hand_over`.
                .timeout(Some(CONNECT));
        if let Some((user, password)) = &settings.credentials {
            let password = password.reveal().clone();
            server = server.credentials(Credentials::new(user.clone(), password));
        }
        let from = settings.from.parse();
        Ok(Self {
            server: server.build(),
            from: from.with_context(|| format!("{:?} is no sender of mail", settings.from))?,
            patience: settings.patience,
        })
    }

    fn letter(&self, mail: &Mail) -> anyhow::Result<Message> {
        // The same for every try: who gets a mail twice after a broken connection can tell.
        let id = format!("<{}@{}>", mail.id, self.from.email.domain());
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        let head = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, mail.to.reveal().parse()?))
            .subject(mail.subject.as_str())
            .date(SystemTime::from(mail.created))
            .message_id(Some(id))
            // No holiday notes, please (RFC 3834).
            .raw_header(HeaderValue::new(name, "auto-generated".into()));
        let text = SinglePart::plain(mail.body.reveal().clone());
        if mail.enclosures.is_empty() {
            return Ok(head.singlepart(text)?);
        }
        let mut parts = MultiPart::mixed().singlepart(text);
        for file in &mail.enclosures {
            let attachment = Attachment::new(file.file_name.clone())
                .body(file.content.clone(), ContentType::parse(&file.media_type)?);
            parts = parts.singlepart(attachment);
        }
        Ok(head.multipart(parts)?)
    }
}

#[async_trait]
impl Transport for Smtp {
    async fn hand_over(&self, mail: &Mail) -> Result<Handed, Trouble> {
        // The error may name the address: it is not told on.
        let letter = self.letter(mail);
        let letter = letter.map_err(|_| Trouble::ForGood("MALFORMED".into()))?;
        // A server that stalls must hold neither this lane nor the mail. It may have taken it all the
        // same: the id of the mail is what tells the two apart.
        match timeout(self.patience, self.server.send(letter)).await {
            Ok(sent) => sent.map_err(|e| trouble(&e))?,
            Err(_) => return Err(Trouble::Server("TIMEOUT".into())),
        };
        Ok(Handed::Sent)
    }
}

/// Answers that are about our settings or the server, not about the mail (RFC 5321, RFC 4954).
const ABOUT_THE_SERVER: [u16; 9] = [421, 454, 502, 503, 504, 521, 530, 534, 538];

fn trouble(error: &Error) -> Trouble {
    if let Some(code) = error.status() {
        let code = u16::from(code);
        return match code {
            535 => Trouble::Server("SIGN_IN".into()),
            _ if ABOUT_THE_SERVER.contains(&code) => Trouble::Server(code.to_string()),
            _ if error.is_permanent() => Trouble::ForGood(code.to_string()),
            _ => Trouble::ForNow(code.to_string()),
        };
    }
    let what = if error.is_tls() {
        "TLS"
    } else if error.is_timeout() {
        "TIMEOUT"
    } else {
        "UNREACHABLE"
    };
    Trouble::Server(what.into())
}
