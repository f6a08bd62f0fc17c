//! Signatures checked here: RSA and ECDSA, against authorities of ours.

use std::path::PathBuf;
use std::time::Duration;

use chassis::ids::Ids;
use jiff::Timestamp;

use super::chain::Authorities;
use super::judgement::{der_of, judge};
use super::revocation::Revocation;
use crate::domain::signature::{Certificate, Fault};

/// Whom we believe, and who says what is revoked.
#[derive(Debug, Clone)]
pub struct BuiltInSettings {
    /// Certificates in PEM; without them no signature is taken.
    pub authorities: Option<Vec<u8>>,
    /// Files of lists, in DER or PEM.
    pub lists: Vec<PathBuf>,
    /// Where questions about revocation go.
    pub ocsp: Option<String>,
    /// The questions of one signature take so long at most, all together.
    pub within: Duration,
}

impl Default for BuiltInSettings {
    fn default() -> Self {
        Self {
            authorities: None,
            lists: Vec::new(),
            ocsp: None,
            within: Duration::from_secs(4),
        }
    }
}

pub struct BuiltIn {
    authorities: Authorities,
    revocation: Revocation,
}

impl BuiltIn {
    /// # Errors
    /// If the authorities can't be read, or the address is not one of HTTP.
    pub fn new(settings: &BuiltInSettings, ids: &Ids) -> anyhow::Result<Self> {
        let authorities = settings.authorities.as_deref().map(Authorities::parse);
        let (lists, ocsp) = (&settings.lists, settings.ocsp.as_deref());
        Ok(Self {
            authorities: authorities.transpose()?.unwrap_or_default(),
            revocation: Revocation::new(lists, ocsp, settings.within, ids)?,
        })
    }

    pub async fn check(
        &self,
        cms: &[u8],
        content: &[u8],
        time: Timestamp,
    ) -> Result<Certificate, Fault> {
        let der = der_of(cms)?;
        let judged = judge(&der, content, &self.authorities, time)?;
        self.revocation.check(&judged.steps, time).await?;
        Ok(judged.certificate)
    }
}
