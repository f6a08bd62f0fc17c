//! Who checks signatures: flags, variables, and what they mean.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, ensure};

use super::built_in::BuiltInSettings;
use super::chain::Authorities;
use super::ncanode::NcanodeSettings;

#[derive(Debug, Clone)]
pub enum Settings {
    BuiltIn(BuiltInSettings),
    Ncanode(NcanodeSettings),
}

impl Default for Settings {
    fn default() -> Self {
        Self::BuiltIn(BuiltInSettings::default())
    }
}

#[derive(Debug, Clone, clap::Args)]
pub struct SignatureArgs {
    /// Certificates in PEM: the authorities whose signatures are taken. Without them none is. RSA and
    /// ECDSA are checked here; for the national algorithms an NCANode is asked instead.
    #[arg(long, env = "IRIKTEU_SIGNATURE_AUTHORITIES_FILE")]
    pub signature_authorities_file: Option<PathBuf>,

    /// Files with lists of revoked certificates, in DER or PEM, with commas between; read anew when they
    /// change. Without lists and without the address below no signature is taken.
    #[arg(
        long,
        env = "IRIKTEU_SIGNATURE_REVOCATION_LISTS",
        value_delimiter = ',',
        requires = "signature_authorities_file"
    )]
    pub signature_revocation_lists: Vec<PathBuf>,

    /// Where it is asked whether a certificate is revoked (OCSP): `http://ocsp.pki.gov.kz/`. Answers are
    /// signed, so `http` is enough. What certificates name is not followed.
    #[arg(
        long,
        env = "IRIKTEU_SIGNATURE_OCSP_URL",
        requires = "signature_authorities_file"
    )]
    pub signature_ocsp_url: Option<String>,

    /// An NCANode, version 3, that checks signatures instead: `http://127.0.0.1:14579`. What it says is
    /// believed, so it stands beside us.
    #[arg(
        long,
        env = "IRIKTEU_NCANODE_URL",
        conflicts_with = "signature_authorities_file"
    )]
    pub ncanode_url: Option<String>,

    /// Milliseconds that others may take for one signature; 1 to 4000, because an NCANode is asked twice
    /// and a call has ten seconds.
    #[arg(long, env = "IRIKTEU_SIGNATURE_TIMEOUT_MS", default_value_t = 4000)]
    pub signature_timeout_ms: u64,
}

impl SignatureArgs {
    /// # Errors
    /// If a file can't be read, a number is out of its limits, or the authority is that of a demonstration:
    /// its keys lie about in data folders.
    pub fn read(&self) -> anyhow::Result<Settings> {
        ensure!(
            (1..=4000).contains(&self.signature_timeout_ms),
            "others may take 1 to 4000 milliseconds for a signature"
        );
        let within = Duration::from_millis(self.signature_timeout_ms);
        if let Some(url) = &self.ncanode_url {
            let url = url.clone();
            return Ok(Settings::Ncanode(NcanodeSettings { url, within }));
        }
        let read = |file: &PathBuf| {
            std::fs::read(file).with_context(|| format!("can't read {}", file.display()))
        };
        let authorities = self.signature_authorities_file.as_ref().map(read);
        let authorities = authorities.transpose()?;
        if let Some(pem) = &authorities {
            ensure!(
                !Authorities::parse(pem)?.is_of_a_demonstration(),
                "the authority of a demonstration is believed by nobody but its own data folder"
            );
        }
        Ok(Settings::BuiltIn(BuiltInSettings {
            authorities,
            lists: self.signature_revocation_lists.clone(),
            ocsp: self.signature_ocsp_url.clone(),
            within,
        }))
    }
}
