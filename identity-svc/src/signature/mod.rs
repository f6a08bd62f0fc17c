//! Electronic signatures: a port with two adapters. One checks RSA and ECDSA here, the other asks an
//! NCANode beside us, which knows the national algorithms, too.
//!
//! | room | what is in it |
//! |---|---|
//! | `der`, `ber` | bytes, element by element; what is streamed, as if it were not |
//! | `algorithm` | what is believed, and ring |
//! | `cms`, `certificate`, `subject` | what was signed, by whose key, who that is |
//! | `chain` | from a certificate to whom we believe |
//! | `crl`, `ocsp`, `revocation` | who says that a certificate is revoked, and how they are asked |
//! | `judgement` | all of it that needs nobody |
//!
//! ASN.1 is read with the primitives of `der` alone. `cms` has no release for this version of it and
//! `x509-ocsp` is a version behind, and what is checked here are bytes that are kept as they came.

use chassis::ids::Ids;
use jiff::Timestamp;

use crate::domain::signature::{Certificate, Fault, Signer};

mod algorithm;
mod ber;
pub mod built_in;
mod certificate;
mod chain;
mod cms;
mod crl;
mod der;
#[cfg(test)]
mod fixtures;
mod judgement;
pub mod ncanode;
mod ocsp;
mod revocation;
pub mod settings;
mod subject;

pub use chain::DEMONSTRATION;
pub use judgement::{LONGEST_CMS, content, stated_time};
pub use settings::{Settings, SignatureArgs};

use built_in::BuiltIn;
use chain::Authorities;
use ncanode::Ncanode;

/// Judges signatures that were taken long ago, for the time when they were: nobody is asked, so what was
/// revoked was the question of that time.
pub struct Auditor(Authorities);

impl Auditor {
    /// # Errors
    /// If these are no certificates of authorities.
    pub fn new(authorities: &[u8]) -> anyhow::Result<Self> {
        Authorities::parse(authorities).map(Self)
    }

    /// # Errors
    /// Why it is not a signature of this content for an organisation.
    pub fn check(&self, cms: &[u8], content: &[u8], time: Timestamp) -> Result<Signer, Fault> {
        let der = judgement::der_of(cms)?;
        let judged = judgement::judge(&der, content, &self.0, time)?;
        judged.certificate.signer()
    }
}

pub enum Signatures {
    BuiltIn(Box<BuiltIn>),
    Ncanode(Box<Ncanode>),
}

impl Signatures {
    /// # Errors
    /// If a setting is wrong.
    pub fn open(settings: &Settings, ids: &Ids) -> anyhow::Result<Self> {
        Ok(match settings {
            Settings::BuiltIn(settings) => Self::BuiltIn(Box::new(BuiltIn::new(settings, ids)?)),
            Settings::Ncanode(settings) => Self::Ncanode(Box::new(Ncanode::new(settings)?)),
        })
    }

    /// Whether somebody signed this content, and the certificate of who did; `time` is when it reached
    /// us, because what a signer says of the time anybody could say.
    ///
    /// # Errors
    /// Why it is not taken. Who may sign is another question: [`Certificate::signer`].
    pub async fn check(
        &self,
        cms: &[u8],
        content: &[u8],
        time: Timestamp,
    ) -> Result<Certificate, Fault> {
        match self {
            Self::BuiltIn(built_in) => built_in.check(cms, content, time).await,
            Self::Ncanode(ncanode) => ncanode.check(cms, content, time).await,
        }
    }
}
