//! Settings of testing-svc, each with its reason.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::SignedDuration;

use crate::domain::certificate::seal::Keys;
use crate::domain::iin_index::IinKey;
use crate::domain::partner::Partners;

/// The largest round of bookings: beyond it a commit more costs less than waiting for a larger one.
const MOST_TOGETHER: usize = 256;

/// The longest queue of bookings: whoever stands at its end is told to come again before their call's
/// time is over.
const MOST_WAITING: usize = 100_000;

/// The service's settings, read.
#[derive(Debug, Clone)]
pub struct Config {
    /// The key of the index that stands for IINs.
    pub iin_key: IinKey,
    /// Who may redeem codes of which test system, and hold examinations where.
    pub partners: Partners,
    /// How long a partner has between reserving and redeeming.
    pub reservation: SignedDuration,
    /// How long a launch token is good.
    pub launch_token: SignedDuration,
    /// How many codes of a partner may be refused in a minute before it has to wait.
    pub refused_codes: u32,
    /// How long answers to request ids are kept.
    pub answers: SignedDuration,
    /// How long a seat is kept for somebody who waited.
    pub offer_term: SignedDuration,
    /// How long before the start a person is reminded, each once.
    pub reminders: Vec<SignedDuration>,
    /// Bookings of a moment that are decided together, at most; 1 decides on each alone.
    pub bookings_together: usize,
    /// Bookings that wait to be decided on, at most.
    pub bookings_waiting: usize,
    /// What certificates are signed with, and checked.
    pub certificate_keys: Keys,
}

impl Config {
    /// Everything else as by default.
    pub fn new(iin_key: &[u8; 32]) -> Self {
        Self {
            iin_key: IinKey::new(iin_key),
            partners: Partners::default(),
            reservation: SignedDuration::from_mins(30),
            launch_token: SignedDuration::from_mins(2),
            refused_codes: 300,
            answers: SignedDuration::from_hours(7 * 24),
            offer_term: SignedDuration::from_hours(12),
            reminders: [24, 2].map(SignedDuration::from_hours).into(),
            bookings_together: MOST_TOGETHER,
            bookings_waiting: 2048,
            certificate_keys: Keys::default(),
        }
    }

    /// With this seed certificates are signed.
    ///
    /// # Errors
    /// If it is no seed of Ed25519.
    pub fn signing(mut self, seed: &[u8; 32]) -> anyhow::Result<Self> {
        let keys = Keys::new(Some(seed), &[]).map_err(anyhow::Error::msg);
        self.certificate_keys = keys?;
        Ok(self)
    }
}

/// The same as flags and variables.
#[derive(Debug, Clone, clap::Args)]
pub struct TestingArgs {
    /// A file of 32 random bytes: the key of the index by which a promo code is held against an
    /// IIN. Never change it: partners could not redeem the codes of before.
    #[arg(long, env = "IRIKTEU_IIN_KEY_FILE")]
    pub iin_key_file: PathBuf,

    /// The partners, as JSON: `[{"partner": "kaztest", "test_systems": ["KAZTEST"]}]`, beside it
    /// `examinations` with `campaigns` and `test_centers`, and `file_keys`. Without it `kaztest` may
    /// redeem codes for KAZTEST and `qrt` for QRT, and nobody holds examinations.
    #[arg(long, env = "IRIKTEU_PARTNERS_FILE")]
    pub partners_file: Option<PathBuf>,

    /// Minutes between a partner's reserving and redeeming: as long as a registration there takes.
    #[arg(long, env = "IRIKTEU_RESERVATION_MINUTES", default_value_t = 30)]
    pub reservation_minutes: u32,

    /// Seconds that a launch token is good: it only has to survive one click.
    #[arg(long, env = "IRIKTEU_LAUNCH_TOKEN_SECONDS", default_value_t = 120)]
    pub launch_token_seconds: u32,

    /// How many codes of one partner may be refused in a minute before it has to wait: people
    /// mistype, programs guess.
    #[arg(long, env = "IRIKTEU_REFUSED_CODES_PER_MINUTE", default_value_t = 300)]
    pub refused_codes_per_minute: u32,

    /// Days for which a repeated request id gets its first answer.
    #[arg(long, env = "IRIKTEU_ANSWER_DAYS", default_value_t = 7)]
    pub answer_days: u32,

    /// Minutes for which a seat that became free is kept for who waited; shorter when the session is
    /// near.
    #[arg(long, env = "IRIKTEU_OFFER_MINUTES", default_value_t = 720)]
    pub offer_minutes: u32,

    /// Minutes before the start at which people are reminded of their booking.
    #[arg(
        long,
        env = "IRIKTEU_REMINDER_MINUTES",
        value_delimiter = ',',
        default_values_t = [1440, 120]
    )]
    pub reminder_minutes: Vec<u32>,

    /// How many bookings of one moment are decided in one transaction, from 1 to 256; 1 decides on each
    /// alone. On PostgreSQL; SQLite decides on each alone anyway.
    #[arg(long, env = "IRIKTEU_BOOKINGS_TOGETHER", default_value_t = MOST_TOGETHER)]
    pub bookings_together: usize,

    /// How many bookings may wait to be decided on, from 1 to 100000; whoever comes then is told to come
    /// again in a second.
    #[arg(long, env = "IRIKTEU_BOOKINGS_WAITING", default_value_t = 2048)]
    pub bookings_waiting: usize,

    /// A file of 32 random bytes: the seed of the Ed25519 key that signs certificates. Without it none
    /// are issued; who passed gets theirs once it is there.
    #[arg(long, env = "IRIKTEU_CERTIFICATE_KEY_FILE")]
    pub certificate_key_file: Option<PathBuf>,

    /// Public keys that certificates were signed with before, 32 bytes in base64url each, as
    /// GetCertificateKeys shows them: a paper outlives its key. At most 100.
    #[arg(long, env = "IRIKTEU_CERTIFICATE_OLD_KEYS", value_delimiter = ',')]
    pub certificate_old_keys: Vec<String>,
}

impl TryFrom<&TestingArgs> for Config {
    type Error = anyhow::Error;

    fn try_from(args: &TestingArgs) -> Result<Self, Self::Error> {
        ensure!(
            args.reservation_minutes > 0,
            "a reservation needs a minute at least"
        );
        ensure!(
            args.launch_token_seconds > 0,
            "a launch token needs a second at least"
        );
        ensure!(args.offer_minutes > 0, "an offer needs a minute at least");
        ensure!(
            (1..=MOST_TOGETHER).contains(&args.bookings_together),
            "from 1 to {MOST_TOGETHER} bookings are decided together"
        );
        ensure!(
            (1..=MOST_WAITING).contains(&args.bookings_waiting),
            "from 1 to {MOST_WAITING} bookings may wait"
        );
        let partners = match &args.partners_file {
            Some(file) => Partners::parse(&read_text(file)?)
                .with_context(|| format!("{} is not a list of partners", file.display()))?,
            None => Partners::default(),
        };
        Ok(Self {
            partners,
            reservation: SignedDuration::from_mins(args.reservation_minutes.into()),
            launch_token: SignedDuration::from_secs(args.launch_token_seconds.into()),
            refused_codes: args.refused_codes_per_minute,
            answers: SignedDuration::from_hours(i64::from(args.answer_days) * 24),
            offer_term: SignedDuration::from_mins(args.offer_minutes.into()),
            reminders: args
                .reminder_minutes
                .iter()
                .map(|minutes| SignedDuration::from_mins((*minutes).into()))
                .collect(),
            bookings_together: args.bookings_together,
            bookings_waiting: args.bookings_waiting,
            certificate_keys: certificate_keys(args)?,
            ..Self::new(&read_key(&args.iin_key_file)?)
        })
    }
}

/// What the service needs when it is a process of its own.
#[derive(Debug, Clone, clap::Args)]
pub struct ServeArgs {
    /// Where questionnaire-svc is; several addresses with commas between.
    #[arg(
        long,
        env = "IRIKTEU_QUESTIONNAIRE_URL",
        default_value = "http://127.0.0.1:50052"
    )]
    pub questionnaire_url: String,

    /// Where identity-svc is; several addresses with commas between.
    #[arg(
        long,
        env = "IRIKTEU_IDENTITY_URL",
        default_value = "http://127.0.0.1:50051"
    )]
    pub identity_url: String,

    /// Where to listen for partners, over mutual TLS.
    #[arg(long, env = "IRIKTEU_PARTNER_ADDR", default_value = "127.0.0.1:8443")]
    pub partner_addr: SocketAddr,

    /// The certificate shown to partners, PEM.
    #[arg(long, env = "IRIKTEU_PARTNER_CERTIFICATE_FILE")]
    pub partner_certificate_file: PathBuf,

    /// Its key, PEM.
    #[arg(long, env = "IRIKTEU_PARTNER_KEY_FILE")]
    pub partner_key_file: PathBuf,

    /// The authority that certificates of partners come from, PEM.
    #[arg(long, env = "IRIKTEU_PARTNER_AUTHORITY_FILE")]
    pub partner_authority_file: PathBuf,
}

/// Keys that signed before, at most: more than one a year in a lifetime.
const MOST_OLD_KEYS: usize = 100;

fn certificate_keys(args: &TestingArgs) -> anyhow::Result<Keys> {
    let seed = args.certificate_key_file.as_deref().map(read_key);
    let mut old = Vec::new();
    for text in args.certificate_old_keys.iter().filter(|it| !it.is_empty()) {
        let bytes = BASE64.decode(text.trim()).ok();
        let key: Option<[u8; 32]> = bytes.and_then(|it| it.try_into().ok());
        old.push(key.context("an old key of certificates is not 32 bytes in base64url")?);
    }
    ensure!(
        old.len() <= MOST_OLD_KEYS,
        "at most {MOST_OLD_KEYS} old keys of certificates"
    );
    Keys::new(seed.transpose()?.as_ref(), &old).map_err(anyhow::Error::msg)
}

fn read_key(file: &Path) -> anyhow::Result<[u8; 32]> {
    let bytes = std::fs::read(file).with_context(|| format!("{} can't be read", file.display()))?;
    bytes
        .try_into()
        .map_err(|_| anyhow::anyhow!("{} is not 32 bytes long", file.display()))
}

fn read_text(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} can't be read", file.display()))
}
