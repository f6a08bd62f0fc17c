//! Where mail is handed over: kept to be read here, or given to a mail server.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use async_trait::async_trait;
use chassis::mask::Masked;

use crate::domain::delivery::Trouble;
use crate::store::mail::Mail;

mod kept;
mod smtp;

pub use kept::Kept;
pub use smtp::{Smtp, SmtpSettings, Tls};

/// What became of a mail that was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handed {
    /// It stays here to be read.
    Kept,
    /// A mail server has it: here it is forgotten.
    Sent,
}

/// Hands mails over, one at a time.
#[async_trait]
pub trait Transport: fmt::Debug + Send + Sync {
    /// # Errors
    /// Where it was not taken, and whether another try is of use.
    async fn hand_over(&self, mail: &Mail) -> Result<Handed, Trouble>;
}

/// Which transport a process uses.
#[derive(Debug, Clone)]
pub enum Choice {
    /// For development: mail is read on a page.
    Kept,
    Smtp(SmtpSettings),
    /// One that who composes the process brings.
    Brought(Arc<dyn Transport>),
}

impl Choice {
    /// # Errors
    /// If the settings of the mail server are wrong.
    pub fn open(&self) -> anyhow::Result<Arc<dyn Transport>> {
        Ok(match self {
            Choice::Kept => Arc::new(Kept),
            Choice::Smtp(settings) => Arc::new(Smtp::open(settings)?),
            Choice::Brought(transport) => transport.clone(),
        })
    }
}

/// The same as flags and variables.
#[derive(Debug, Clone, clap::Args)]
pub struct MailArgs {
    /// The mail server that takes our mail. Without it mail is kept in the database, for development.
    #[arg(long, env = "IRIKTEU_SMTP_HOST")]
    pub smtp_host: Option<String>,

    /// The port of the mail server.
    #[arg(long, env = "IRIKTEU_SMTP_PORT", default_value_t = 587)]
    pub smtp_port: u16,

    /// How the connection is encrypted: `starttls` (usual on 587) or `implicit` (usual on 465). It
    /// always is: mails hold codes.
    #[arg(long, env = "IRIKTEU_SMTP_TLS", default_value = "starttls")]
    pub smtp_tls: Tls,

    /// The user name at the mail server; none for a server that takes mail by address.
    #[arg(long, env = "IRIKTEU_SMTP_USER", requires = "smtp_password_file")]
    pub smtp_user: Option<String>,

    /// A file with the password at the mail server. A variable would show in process lists.
    #[arg(long, env = "IRIKTEU_SMTP_PASSWORD_FILE", requires = "smtp_user")]
    pub smtp_password_file: Option<PathBuf>,

    /// A PEM file of the authority that alone is believed for the mail server. Without it the
    /// authorities of the public web are.
    #[arg(long, env = "IRIKTEU_SMTP_CA_FILE")]
    pub smtp_ca_file: Option<PathBuf>,

    /// Seconds that the mail server may take for one mail, all its answers together. Less than the
    /// five minutes after which another process takes the mail up.
    #[arg(long, env = "IRIKTEU_SMTP_TIMEOUT_SECONDS", default_value_t = 60,
          value_parser = clap::value_parser!(u64).range(1..=240))]
    pub smtp_timeout_seconds: u64,
}

impl MailArgs {
    /// # Errors
    /// If a file can't be read, or the sender is no address.
    pub fn read(self, from: &str) -> anyhow::Result<Choice> {
        let Some(host) = self.smtp_host else {
            return Ok(Choice::Kept);
        };
        let password = match &self.smtp_password_file {
            Some(file) => {
                let password = std::fs::read_to_string(file)
                    .with_context(|| format!("can't read {}", file.display()))?;
                let password = password.trim_end_matches(['\r', '\n']).to_owned();
                ensure!(!password.is_empty(), "{} is empty", file.display());
                Some(Masked::new(password))
            }
            None => None,
        };
        let authority = match &self.smtp_ca_file {
            Some(file) => Some(
                std::fs::read(file).with_context(|| format!("can't read {}", file.display()))?,
            ),
            None => None,
        };
        Ok(Choice::Smtp(SmtpSettings {
            host,
            port: self.smtp_port,
            tls: self.smtp_tls,
            credentials: self.smtp_user.zip(password),
            authority,
            from: from.to_owned(),
            patience: Duration::from_secs(self.smtp_timeout_seconds),
        }))
    }
}
