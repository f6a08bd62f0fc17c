//! The whole judgement of a signature but for what has to be asked: pure, so that it can be tried on
//! anything.

use std::borrow::Cow;

use jiff::Timestamp;

use super::ber;
use super::certificate::{Certificate, DIGITAL_SIGNATURE, NON_REPUDIATION};
use super::chain::{Authorities, Step, steps};
use super::cms::SignedData;
use super::der::Malformed;
use super::subject::{self, Subject};
use crate::domain::signature as domain;
use crate::domain::signature::{Fault, KeyUser, Purpose};

/// A signature with its certificates and a small document in it.
pub const LONGEST_CMS: usize = 512 * 1024;

const EMAIL_PROTECTION: &str = "1.3.6.1.5.5.7.3.4";
const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";

/// A good signature of somebody for whom others vouch; whether any of them is revoked is not asked yet.
#[derive(Debug)]
pub struct Judged<'a> {
    pub certificate: domain::Certificate,
    pub steps: Vec<Step<'a>>,
}

/// DER of what was sent.
///
/// # Errors
/// `SIGNATURE_NOT_CMS`.
pub fn der_of(cms: &[u8]) -> Result<Cow<'_, [u8]>, Fault> {
    if cms.len() > LONGEST_CMS {
        return Err(Fault::NotCms);
    }
    ber::to_der(cms).map_err(|Malformed| Fault::NotCms)
}

/// The content that came along; `None` where it is elsewhere.
///
/// # Errors
/// `SIGNATURE_NOT_CMS`.
pub fn content(cms: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
    let der = der_of(cms)?;
    let data = SignedData::read(&der).map_err(|Malformed| Fault::NotCms)?;
    Ok(data.content.map(<[u8]>::to_vec))
}

/// When was signed, by the signer's own clock, where the signature says it.
pub fn stated_time(cms: &[u8]) -> Option<Timestamp> {
    let der = der_of(cms).ok()?;
    let data = SignedData::read(&der).ok()?;
    data.only_signer().ok()?.stated_time()
}

/// # Errors
/// Everything but what revocation and the rules about organisations say.
pub fn judge<'a>(
    der: &'a [u8],
    content: &[u8],
    authorities: &'a Authorities,
    time: Timestamp,
) -> Result<Judged<'a>, Fault> {
    let (certificate, steps) = judge_by(der, content, |leaf, others| {
        steps(leaf, others, authorities, time)
    })?;
    Ok(Judged { certificate, steps })
}

/// The same by somebody who knows in another way who vouches for a certificate, given those that came along.
///
/// # Errors
/// As [`judge`], and what `vouched` says.
pub fn judge_by<'a, T>(
    der: &'a [u8],
    content: &[u8],
    vouched: impl FnOnce(&Certificate<'a>, &[Certificate<'a>]) -> Result<T, Fault>,
) -> Result<(domain::Certificate, T), Fault> {
    let data = SignedData::read(der).map_err(|Malformed| Fault::NotCms)?;
    let signer = data.only_signer()?;
    let certificate = data.certificate(signer)?;
    data.check(signer, certificate, content)?;
    let vouched = vouched(certificate, &data.certificates)?;
    // An authority signs certificates, not documents.
    if certificate.extensions.is_authority {
        return Err(Fault::ChainUnknown);
    }
    let described = described(certificate).map_err(|Malformed| Fault::NotCms)?;
    Ok((described, vouched))
}

/// Who signed what, as the signature itself says: whether it is good somebody else judges.
pub struct Named {
    pub certificate: domain::Certificate,
    pub is_attached: bool,
}

/// # Errors
/// `SIGNATURE_NOT_CMS`, `SIGNATURE_WITHOUT_SIGNER`, `SIGNATURE_OF_MANY`, `SIGNATURE_WITHOUT_CERTIFICATE`,
/// `SIGNATURE_CONTENT_DIFFERS`, `CERTIFICATE_EXPIRED`, `CERTIFICATE_NOT_YET_VALID`.
pub fn named(der: &[u8], content: &[u8], time: Timestamp) -> Result<Named, Fault> {
    let data = SignedData::read(der).map_err(|Malformed| Fault::NotCms)?;
    let certificate = data.certificate(data.only_signer()?)?;
    if data.content.is_some_and(|attached| attached != content) {
        return Err(Fault::ContentDiffers);
    }
    certificate.validity.holds_at(time)?;
    Ok(Named {
        certificate: described(certificate).map_err(|Malformed| Fault::NotCms)?,
        is_attached: data.content.is_some(),
    })
}

fn described(certificate: &Certificate<'_>) -> Result<domain::Certificate, Malformed> {
    let named = Subject::read(&certificate.subject)?;
    let uses = certificate.extensions.uses.iter().flatten();
    Ok(domain::Certificate {
        serial: certificate.serial_in_words(),
        issuer: subject::in_words(certificate.issuer)?,
        common_name: named.common_name,
        iin: named.iin,
        bin: named.bin,
        users: uses.filter_map(|oid| KeyUser::from_oid(oid)).collect(),
        purpose: purpose(certificate),
        not_before: certificate.validity.not_before,
        not_after: certificate.validity.not_after,
    })
}

/// The national authority tells them apart by the extended usage; both may make digital signatures.
fn purpose(certificate: &Certificate<'_>) -> Purpose {
    let signs = certificate.may(DIGITAL_SIGNATURE | NON_REPUDIATION);
    if certificate.is_for(EMAIL_PROTECTION) && signs {
        Purpose::Signing
    } else if certificate.is_for(CLIENT_AUTH) {
        Purpose::Authentication
    } else {
        Purpose::Unknown
    }
}
