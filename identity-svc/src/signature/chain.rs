//! From a certificate to somebody whom we believe.
//!
//! Names are compared byte for byte. First the way is found by signatures alone, then it is asked
//! whether everybody on it was valid: of a certificate that nobody vouches for not even the dates count.

use anyhow::Context;
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::certificate::{Certificate, KEY_CERT_SIGN};
use super::subject::in_words;
use crate::domain::signature::Fault;

/// Authorities between who signs and whom we believe, at most.
const LONGEST: usize = 4;
/// Signatures of certificates that one message can make us check.
const MOST_CHECKS: usize = 24;

/// What the test authority of a demonstration has in its name: no program takes it for an authority.
pub const DEMONSTRATION: &str = "Irikteu demonstration";

/// Whom we believe: certificates of a file, roots or those that issue.
#[derive(Debug, Clone, Default)]
pub struct Authorities(Vec<Vec<u8>>);

impl Authorities {
    /// # Errors
    /// If the text has no certificate, or one that can't be read or may not issue others.
    pub fn parse(pem: &[u8]) -> anyhow::Result<Self> {
        let mut all = Vec::new();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.context("the authorities of signatures")?;
            let read = Certificate::read(&certificate).ok();
            let read = read.context("a certificate of the authorities can't be read")?;
            anyhow::ensure!(
                read.extensions.is_authority,
                "a certificate of the authorities may not issue others"
            );
            all.push(certificate.to_vec());
        }
        anyhow::ensure!(!all.is_empty(), "there is no authority");
        Ok(Self(all))
    }

    /// Whether one of them is the test authority of a demonstration.
    pub fn is_of_a_demonstration(&self) -> bool {
        let mut names = self.all().map(|it| in_words(it.subject.whole));
        names.any(|name| name.is_ok_and(|name| name.contains(DEMONSTRATION)))
    }

    pub fn all(&self) -> impl Iterator<Item = Certificate<'_>> {
        self.0.iter().filter_map(|der| Certificate::read(der).ok())
    }
}

/// One step: who is vouched for, and by whom.
#[derive(Debug, Clone)]
pub struct Step<'a> {
    pub subject: Certificate<'a>,
    pub issuer: Certificate<'a>,
}

/// The steps from a certificate to whom we believe; whoever we believe is not vouched for.
///
/// # Errors
/// `CERTIFICATE_CHAIN_UNKNOWN`, `CERTIFICATE_EXPIRED`, `CERTIFICATE_NOT_YET_VALID`, or why the
/// certificate's algorithm is not believed.
pub fn steps<'a>(
    leaf: &Certificate<'a>,
    others: &[Certificate<'a>],
    authorities: &'a Authorities,
    time: Timestamp,
) -> Result<Vec<Step<'a>>, Fault> {
    let steps = way(leaf, others, authorities)?;
    for step in &steps {
        step.subject.validity.holds_at(time)?;
        step.issuer.validity.holds_at(time)?;
    }
    Ok(steps)
}

/// The same whenever that was.
///
/// # Errors
/// `CERTIFICATE_CHAIN_UNKNOWN`, or why the certificate's algorithm is not believed.
pub fn way<'a>(
    leaf: &Certificate<'a>,
    others: &[Certificate<'a>],
    authorities: &'a Authorities,
) -> Result<Vec<Step<'a>>, Fault> {
    let believed: Vec<_> = authorities.all().collect();
    let mut search = Search {
        others,
        believed: &believed,
        checks: MOST_CHECKS,
        fault: Fault::ChainUnknown,
    };
    search.from(leaf, 0).ok_or(search.fault)
}

struct Search<'s, 'a> {
    others: &'s [Certificate<'a>],
    believed: &'s [Certificate<'a>],
    checks: usize,
    /// Why there is no way, if it is not that nobody is known.
    fault: Fault,
}

impl<'a> Search<'_, 'a> {
    fn from(&mut self, subject: &Certificate<'a>, below: usize) -> Option<Vec<Step<'a>>> {
        if subject.extensions.has_unknown_critical {
            return None;
        }
        let (believed, others) = (self.believed, self.others);
        for issuer in believed {
            if self.vouches(issuer, subject, below) {
                return Some(vec![step(subject, issuer)]);
            }
        }
        for issuer in others {
            // Who vouches for himself leads nowhere.
            if below + 1 < LONGEST
                && issuer.issuer != issuer.subject.whole
                && self.vouches(issuer, subject, below)
                && let Some(above) = self.from(issuer, below + 1)
            {
                let own = step(subject, issuer);
                return Some(std::iter::once(own).chain(above).collect());
            }
        }
        None
    }

    fn vouches(
        &mut self,
        issuer: &Certificate<'a>,
        subject: &Certificate<'a>,
        below: usize,
    ) -> bool {
        let extensions = &issuer.extensions;
        let may = issuer.subject.whole == subject.issuer
            && extensions.is_authority
            && !extensions.has_unknown_critical
            && issuer.may(KEY_CERT_SIGN)
            && extensions
                .path_length
                .is_none_or(|most| usize::from(most) >= below);
        if !may || self.checks == 0 {
            return false;
        }
        self.checks -= 1;
        let checked = subject.signed.check(&issuer.key);
        if let Err(fault @ (Fault::Gost | Fault::AlgorithmRefused)) = checked {
            self.fault = fault;
        }
        checked.is_ok()
    }
}

fn step<'a>(subject: &Certificate<'a>, issuer: &Certificate<'a>) -> Step<'a> {
    Step {
        subject: subject.clone(),
        issuer: issuer.clone(),
    }
}
