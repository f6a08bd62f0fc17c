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
//! | `judgement`, `auditor` | all of it that needs nobody; the same for signatures of long ago |
//!
//! ASN.1 is read with the primitives of `der` alone. `cms` has no release for this version of it and
//! `x509-ocsp` is a version behind, and what is checked here are bytes that are kept as they came.

use chassis::ids::Ids;
use chassis::telemetry;
use jiff::Timestamp;

use crate::NAME;
use crate::domain::signature::{Certificate, Fault};

mod algorithm;
mod auditor;
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

pub use auditor::Auditor;
pub use certificate::issuer_and_number;
pub use chain::DEMONSTRATION;
pub use der::write as write_der;
pub use judgement::{LONGEST_CMS, content, stated_time};
pub use settings::{Settings, SignatureArgs};

use built_in::BuiltIn;
use ncanode::Ncanode;

/// What is shown of those who are asked.
const AWAY: &str = "signature_check_away";

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
        let checked = match self {
            Self::BuiltIn(built_in) => built_in.check(cms, content, time).await,
            Self::Ncanode(ncanode) => ncanode.check(cms, content, time).await,
        };
        // A signature that is bad of itself says nothing of whether others would be answered.
        match &checked {
            Ok(_) => telemetry::level(NAME, AWAY, 0),
            Err(Fault::CheckAway | Fault::RevocationUnknown) => telemetry::level(NAME, AWAY, 1),
            Err(_) => {}
        }
        checked
    }
}
