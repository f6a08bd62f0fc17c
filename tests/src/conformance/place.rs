//! What the rules are tried with: the address and the certificates of a partner, and things of the suite
//! that may be used up.

use std::path::{Path, PathBuf};

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chassis::clock::Clock;
use jiff::SignedDuration;
use proto::testing::v1::TestSystem;
use standalone::folder::file_key;
use standalone::partner::Certificates;

use super::patient::Patient;
use super::scene::Scene;
use crate::town::Town;

/// A code that nobody has used, and whose it is.
#[derive(Debug, Clone)]
pub struct Code {
    pub code: String,
    pub iin: String,
    pub test_system: TestSystem,
}

pub struct Place {
    pub url: String,
    /// Whom the port's certificate names, where that is not the host of the address.
    pub host: Option<String>,
    pub certificates: Certificates,
    /// The partner's name, as in its certificate.
    pub partner: String,
    pub codes: Vec<Code>,
    /// A session that has begun, whose candidates nobody told of yet: two of them at least.
    pub session: Option<String>,
    /// The seed of the key that the partner signs its reports with.
    pub file_key: Option<[u8; 32]>,
    /// The key that rosters are signed with.
    pub suite_key: Option<[u8; 32]>,
    /// The suite's clock: one of its own is moved past the session's end.
    pub clock: Clock,
    pub moves_clock: bool,
}

impl Place {
    /// # Errors
    /// If the certificates can't be read.
    pub fn channel(&self) -> anyhow::Result<Patient> {
        let endpoint = self
            .certificates
            .endpoint(&self.url, self.host.as_deref())?;
        Ok(Patient(endpoint.connect_lazy()))
    }

    /// A suite that runs, as its operator's arguments describe it.
    ///
    /// # Errors
    /// If a file can't be read.
    pub fn given(args: Given) -> anyhow::Result<Self> {
        let system = TestSystem::from_str_name(&format!("TEST_SYSTEM_{}", args.test_system));
        let test_system = system.context("--test-system is KAZTEST or QRT")?;
        anyhow::ensure!(
            args.code.len() == args.iin.len(),
            "each --code needs its --iin"
        );
        let codes = args.code.into_iter().zip(args.iin);
        let suite_key = args.suite_key.as_deref().map(|text| {
            let bytes = BASE64.decode(text).ok();
            let key: Option<[u8; 32]> = bytes.and_then(|it| it.try_into().ok());
            key.context("--suite-key is not 32 bytes in base64url")
        });
        Ok(Self {
            url: args.address.context("--address is needed")?,
            host: args.host,
            certificates: Certificates {
                authority: args.authority.context("--authority is needed")?,
                certificate: args.cert.context("--cert is needed")?,
                key: args.key.context("--key is needed")?,
            },
            partner: args.partner,
            codes: codes
                .map(|(code, iin)| Code {
                    code,
                    iin,
                    test_system,
                })
                .collect(),
            session: args.session,
            file_key: args.file_key_file.as_deref().map(seed_in).transpose()?,
            suite_key: suite_key.transpose()?,
            clock: Clock::machine(),
            moves_clock: false,
        })
    }

    /// A suite of one's own, at the moment that the scene's session has begun.
    pub async fn of(town: &Town, scene: Scene) -> Self {
        town.clock.set(scene.start + SignedDuration::from_mins(1));
        let keys = town.someone().get("/v1/certificateKeys").await.ok();
        let key = keys["keys"][0]["publicKey"].as_str().unwrap();
        Self {
            url: format!("https://localhost:{}", town.suite.partner.port()),
            host: None,
            certificates: Certificates::of(&town.data_dir(), PARTNER),
            partner: PARTNER.to_owned(),
            codes: scene.codes,
            session: scene.session,
            file_key: Some(seed_in(&file_key(&town.data_dir(), PARTNER)).unwrap()),
            suite_key: BASE64.decode(key).unwrap().try_into().ok(),
            clock: town.clock.clone(),
            moves_clock: true,
        }
    }
}

/// What the arguments say of a suite that runs.
#[derive(Debug, Clone, clap::Args)]
pub struct Given {
    /// The partners' port: `https://partners.example:8443`.
    #[arg(long)]
    pub address: Option<String>,

    /// Whom its certificate names, where that is not the host of the address.
    #[arg(long)]
    pub host: Option<String>,

    /// The authority that its certificate comes from, PEM.
    #[arg(long, requires = "address")]
    pub authority: Option<PathBuf>,

    /// The partner's certificate, PEM.
    #[arg(long, requires = "address")]
    pub cert: Option<PathBuf>,

    /// Its key, PEM.
    #[arg(long, requires = "address")]
    pub key: Option<PathBuf>,

    /// The partner's name, as in its certificate.
    #[arg(long, default_value = PARTNER)]
    pub partner: String,

    /// Codes that nobody has used, one or two. They are used up.
    #[arg(long)]
    pub code: Vec<String>,

    /// Whose they are, in the same order.
    #[arg(long)]
    pub iin: Vec<String>,

    /// The test system of the codes.
    #[arg(long, default_value = "KAZTEST")]
    pub test_system: String,

    /// A session that has begun and whose candidates nobody told of yet.
    #[arg(long)]
    pub session: Option<String>,

    /// A file of 32 bytes: the seed of the key that the partner signs its reports with.
    #[arg(long)]
    pub file_key_file: Option<PathBuf>,

    /// The key that rosters are signed with, as `GET /v1/certificateKeys` shows it.
    #[arg(long)]
    pub suite_key: Option<String>,
}

/// The partner of a suite of one's own.
pub const PARTNER: &str = standalone::demo::TEST_CENTER;

fn seed_in(file: &Path) -> anyhow::Result<[u8; 32]> {
    let bytes = std::fs::read(file);
    let bytes = bytes.with_context(|| format!("{} can't be read", file.display()))?;
    let seed: Option<[u8; 32]> = bytes.try_into().ok();
    seed.with_context(|| format!("{} is not 32 bytes long", file.display()))
}
