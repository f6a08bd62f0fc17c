//! Settings of identity-svc, each with its reason.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use chassis::mask::Masked;
use jiff::SignedDuration;
use std::time::Duration;

use crate::domain::registration::Rules;
use crate::domain::session::Lifetimes;
use crate::domain::{account_opening, email_change, recovery, staff_invitation};
use crate::hashing::HashingCost;
use crate::registry::http::HttpSettings;
use crate::rpc::watching;
use crate::sealing::MasterKeys;
use crate::signature;
use crate::transport;

/// The service's settings, read.
#[derive(Debug, Clone)]
pub struct Config {
    /// What people reach the suite at, for links in mails; without a slash at the end.
    pub public_url: String,
    /// The key of blind indexes and codes. Losing it loses the way from an IIN to its account.
    pub index_key: Masked<[u8; 32]>,
    /// The keys under which personal data are sealed. Losing them loses the data.
    pub master_keys: MasterKeys,
    /// `None` for the synthetic people that are compiled in.
    pub people_file: Option<PathBuf>,
    /// `None` where the person registry is the file.
    pub registry: Option<HttpSettings>,
    /// Who checks electronic signatures.
    pub signatures: signature::Settings,
    /// Who writes the mails and holds the events of calendar files.
    pub mail_from: String,
    pub hashing: HashingCost,
    pub lifetimes: Lifetimes,
    pub registration: Rules,
    pub recovery: recovery::Rules,
    pub email_change: email_change::Rules,
    pub staff_invitation: staff_invitation::Rules,
    pub account_opening: account_opening::Rules,
    /// How many may follow inboxes, and for how long.
    pub watching: watching::Limits,
    /// Where mail is handed over.
    pub transport: transport::Choice,
}

impl Config {
    /// Everything else as by default.
    pub fn new(public_url: &str, index_key: [u8; 32], master_keys: MasterKeys) -> Self {
        Self {
            public_url: public_url.trim_end_matches('/').to_owned(),
            index_key: Masked::new(index_key),
            master_keys,
            people_file: None,
            registry: None,
            signatures: signature::Settings::default(),
            mail_from: "no-reply@irikteu.kz".into(),
            hashing: HashingCost::default(),
            lifetimes: Lifetimes::default(),
            registration: Rules::default(),
            recovery: recovery::Rules::default(),
            email_change: email_change::Rules::default(),
            staff_invitation: staff_invitation::Rules::default(),
            account_opening: account_opening::Rules::default(),
            watching: watching::Limits::default(),
            transport: transport::Choice::Kept,
        }
    }
}

/// The same as flags and variables.
#[derive(Debug, Clone, clap::Args)]
pub struct IdentityArgs {
    /// The address people reach the suite at: links in mails begin with it.
    #[arg(
        long,
        env = "IRIKTEU_PUBLIC_URL",
        default_value = "http://127.0.0.1:8080"
    )]
    pub public_url: String,

    /// A file of 32 random bytes: the key of the indexes by which an IIN and an e-mail address are
    /// found. Never change it: accounts would not be found any more.
    #[arg(long, env = "IRIKTEU_INDEX_KEY_FILE")]
    pub index_key_file: PathBuf,

    /// A file of master keys, under which personal data are sealed: 64 hexadecimal digits a line.
    /// The first key seals, all of them open: to replace a key, put the new one before it, and take
    /// the old one out once the log says that nothing is sealed under it. Losing it loses the data.
    #[arg(long, env = "IRIKTEU_MASTER_KEYS_FILE")]
    pub master_keys_file: PathBuf,

    /// The people that the person registry knows, as JSON. Without it a few dozen synthetic people
    /// are known.
    #[arg(long, env = "IRIKTEU_PEOPLE_FILE")]
    pub people_file: Option<PathBuf>,

    /// The person registry over HTTP instead of a file: it is asked with a POST to this address.
    /// `https` asks for the file of the authorities, too; `http` is for a protected network.
    #[arg(long, env = "IRIKTEU_REGISTRY_URL", conflicts_with = "people_file")]
    pub registry_url: Option<String>,

    /// A file with the token that the registry knows us by.
    #[arg(long, env = "IRIKTEU_REGISTRY_TOKEN_FILE", requires = "registry_url")]
    pub registry_token_file: Option<PathBuf>,

    /// Certificates in PEM: whom we believe that a registry over https is the registry.
    #[arg(
        long,
        env = "IRIKTEU_REGISTRY_AUTHORITIES_FILE",
        requires = "registry_url"
    )]
    pub registry_authorities_file: Option<PathBuf>,

    /// Milliseconds that one question to the registry may take: a person waits meanwhile. It is
    /// asked twice at most.
    #[arg(long, env = "IRIKTEU_REGISTRY_TIMEOUT_MS", default_value_t = 2000)]
    pub registry_timeout_ms: u64,

    /// Seconds that the registry is left alone after three failures in a row: people go on with
    /// what they state, without waiting for it.
    #[arg(long, env = "IRIKTEU_REGISTRY_REST_SECONDS", default_value_t = 10)]
    pub registry_rest_seconds: u32,

    #[command(flatten)]
    pub signatures: signature::SignatureArgs,

    /// The address that mails and calendar files come from.
    #[arg(long, env = "IRIKTEU_MAIL_FROM", default_value = "no-reply@irikteu.kz")]
    pub mail_from: String,

    #[command(flatten)]
    pub mail: transport::MailArgs,

    /// Memory of one password hash in KiB. More makes guessing dearer, and signing in too.
    #[arg(long, env = "IRIKTEU_PASSWORD_MEMORY_KIB", default_value_t = 19_456)]
    pub password_memory_kib: u32,

    /// Passes of one password hash over its memory.
    #[arg(long, env = "IRIKTEU_PASSWORD_PASSES", default_value_t = 2)]
    pub password_passes: u32,

    /// Minutes that an access token is good: so long at most does a copied one help.
    #[arg(long, env = "IRIKTEU_ACCESS_TOKEN_MINUTES", default_value_t = 15)]
    pub access_token_minutes: u32,

    /// Minutes after which a session that nobody uses has run out.
    #[arg(long, env = "IRIKTEU_SESSION_IDLE_MINUTES", default_value_t = 30)]
    pub session_idle_minutes: u32,

    /// Hours after which every session ends, however busy.
    #[arg(long, env = "IRIKTEU_SESSION_HOURS", default_value_t = 12)]
    pub session_hours: u32,
}

impl IdentityArgs {
    /// # Errors
    /// If a key file can't be read or holds something else.
    pub fn read(self) -> anyhow::Result<Config> {
        let file = &self.index_key_file;
        let bytes =
            std::fs::read(file).with_context(|| format!("can't read {}", file.display()))?;
        let key: [u8; 32] = bytes.as_slice().try_into().with_context(|| {
            format!("{} has {} bytes instead of 32", file.display(), bytes.len())
        })?;
        ensure!(
            key != [0; 32],
            "{} is nothing but zeros: no secret",
            file.display()
        );
        ensure!(
            self.access_token_minutes > 0
                && self.access_token_minutes <= self.session_idle_minutes
                && self.session_hours > 0,
            "the lives of tokens and sessions must be above zero, and an access token's not above the idle time"
        );
        let file = &self.master_keys_file;
        let what = || format!("the master keys {}", file.display());
        let master_keys =
            MasterKeys::parse(&std::fs::read(file).with_context(what)?).with_context(what)?;
        let registry = self.registry()?;
        Ok(Config {
            registry,
            signatures: self.signatures.read()?,
            people_file: self.people_file,
            transport: self.mail.read(&self.mail_from)?,
            mail_from: self.mail_from,
            hashing: HashingCost {
                memory_kib: self.password_memory_kib,
                passes: self.password_passes,
                ..HashingCost::default()
            },
            lifetimes: Lifetimes {
                access: SignedDuration::from_mins(self.access_token_minutes.into()),
                idle: SignedDuration::from_mins(self.session_idle_minutes.into()),
                absolute: SignedDuration::from_hours(self.session_hours.into()),
            },
            ..Config::new(&self.public_url, key, master_keys)
        })
    }

    fn registry(&self) -> anyhow::Result<Option<HttpSettings>> {
        let Some(url) = &self.registry_url else {
            return Ok(None);
        };
        // Two tries must fit into a call's ten seconds, with something left for the rest of it.
        ensure!(
            (1..=4000).contains(&self.registry_timeout_ms),
            "a question to the registry may take 1 to 4000 milliseconds"
        );
        let read = |file: &PathBuf| {
            std::fs::read(file).with_context(|| format!("can't read {}", file.display()))
        };
        let token = self.registry_token_file.as_ref().map(|file| {
            let token = String::from_utf8(read(file)?)
                .map_err(|_| anyhow::anyhow!("{} is not text", file.display()))?;
            anyhow::Ok(Masked::new(token.trim().to_owned()))
        });
        Ok(Some(HttpSettings {
            token: token.transpose()?,
            authorities: self
                .registry_authorities_file
                .as_ref()
                .map(read)
                .transpose()?,
            try_within: Duration::from_millis(self.registry_timeout_ms),
            rest: SignedDuration::from_secs(self.registry_rest_seconds.into()),
            ..HttpSettings::new(url)
        }))
    }
}
