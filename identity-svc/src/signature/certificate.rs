//! X.509 certificates, as far as they are judged here (RFC 5280).

use anyhow::Context;
use der::Tag;
use jiff::Timestamp;

use super::algorithm::Scheme;
use super::der::{Element, Elements, Malformed, Read, around, instead, write};
use crate::domain::signature::Fault;

/// Bits of the key usage, 0 the highest.
pub const DIGITAL_SIGNATURE: u16 = 0x8000;
pub const NON_REPUDIATION: u16 = 0x4000;
pub const KEY_CERT_SIGN: u16 = 0x0400;
pub const CRL_SIGN: u16 = 0x0200;

const MOST_EXTENSIONS: usize = 32;
const MOST_USES: usize = 32;
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;

#[derive(Debug, Clone)]
pub struct PublicKey<'a> {
    pub algorithm: String,
    pub curve: Option<String>,
    pub bits: &'a [u8],
}

/// Something signed by an authority: a certificate, a list, an answer.
#[derive(Debug, Clone)]
pub struct Signed<'a> {
    /// The bytes that were signed.
    pub signed: &'a [u8],
    pub algorithm: String,
    pub signature: &'a [u8],
}

impl<'a> Signed<'a> {
    pub fn read(elements: &mut Elements<'a>) -> Read<(Self, Element<'a>)> {
        let body = elements.take(Tag::Sequence)?;
        let algorithm = elements.take(Tag::Sequence)?;
        let signature = elements.take(Tag::BitString)?.bits()?;
        let signed = Self {
            signed: body.whole,
            algorithm: algorithm.inside().take(Tag::ObjectIdentifier)?.oid()?,
            signature,
        };
        Ok((signed, body))
    }

    /// # Errors
    /// As [`Scheme::of`] and [`Scheme::check`].
    pub fn check(&self, key: &PublicKey<'_>) -> Result<(), Fault> {
        Scheme::of(&self.algorithm, None)?.check(key, self.signed, self.signature)
    }
}

#[derive(Debug, Clone)]
pub struct Certificate<'a> {
    pub whole: &'a [u8],
    pub signed: Signed<'a>,
    /// The number as its INTEGER holds it.
    pub serial: &'a [u8],
    /// Names with tag and length: they are compared byte for byte.
    pub issuer: &'a [u8],
    pub subject: Element<'a>,
    pub validity: Validity,
    pub key: PublicKey<'a>,
    pub extensions: Extensions<'a>,
}

#[derive(Debug, Clone, Copy)]
pub struct Validity {
    pub not_before: Timestamp,
    pub not_after: Timestamp,
}

impl Validity {
    /// # Errors
    /// `CERTIFICATE_EXPIRED` or `CERTIFICATE_NOT_YET_VALID`.
    pub fn holds_at(self, time: Timestamp) -> Result<(), Fault> {
        if time < self.not_before {
            Err(Fault::NotYetValid)
        } else if time > self.not_after {
            Err(Fault::Expired)
        } else {
            Ok(())
        }
    }
}

#[derive(Debug, Clone, Default)]
pub struct Extensions<'a> {
    pub key_usage: Option<u16>,
    /// What the key is for, by OID; `None` where it is not said.
    pub uses: Option<Vec<String>>,
    pub is_authority: bool,
    /// How many authorities may stand between this one and who signs.
    pub path_length: Option<u8>,
    pub key_id: Option<&'a [u8]>,
    /// Something must be understood that is not.
    pub has_unknown_critical: bool,
}

impl<'a> Certificate<'a> {
    pub fn read(whole: &'a [u8]) -> Read<Self> {
        let certificate = Element::only(whole, Tag::Sequence)?;
        let mut parts = certificate.inside();
        let (signed, body) = Signed::read(&mut parts)?;
        parts.end()?;
        let mut body = body.inside();
        body.maybe(around(0))?;
        let serial = body.take(Tag::Integer)?.content();
        let algorithm = body.take(Tag::Sequence)?;
        let algorithm = algorithm.inside().take(Tag::ObjectIdentifier)?.oid()?;
        let issuer = body.take(Tag::Sequence)?.whole;
        let mut validity = body.take(Tag::Sequence)?.inside();
        let (not_before, not_after) = (validity.next()?.time()?, validity.next()?.time()?);
        validity.end()?;
        let validity = Validity {
            not_before,
            not_after,
        };
        let subject = body.take(Tag::Sequence)?;
        let key = public_key(body.take(Tag::Sequence)?)?;
        body.maybe(instead(1))?;
        body.maybe(instead(2))?;
        let extensions = match body.maybe(around(3))? {
            Some(wrapped) => Extensions::read(wrapped)?,
            None => Extensions::default(),
        };
        body.end()?;
        // Said inside what is signed and outside: an authority says the same.
        if algorithm != signed.algorithm || serial.len() > 32 {
            return Err(Malformed);
        }
        Ok(Self {
            whole,
            signed,
            serial,
            issuer,
            subject,
            validity,
            key,
            extensions,
        })
    }

    /// The number in hexadecimal digits.
    pub fn serial_in_words(&self) -> String {
        let digits = hex::encode_upper(self.serial);
        digits
            .strip_prefix("00")
            .map_or(digits.clone(), str::to_owned)
    }

    pub fn may(&self, usage: u16) -> bool {
        self.extensions.key_usage.is_none_or(|may| may & usage != 0)
    }

    pub fn is_for(&self, oid: &str) -> bool {
        let uses = self.extensions.uses.iter().flatten();
        uses.into_iter().any(|use_| use_ == oid)
    }
}

/// By what a signature names the certificate of its signer: who issued it, and its number.
///
/// # Errors
/// If it can't be read.
pub fn issuer_and_number(certificate: &[u8]) -> anyhow::Result<Vec<u8>> {
    let read = Certificate::read(certificate).ok();
    let read = read.context("the certificate can't be read")?;
    let number = write(INTEGER, &[read.serial]);
    Ok(write(SEQUENCE, &[read.issuer, &number]))
}

fn public_key(info: Element<'_>) -> Read<PublicKey<'_>> {
    let mut parts = info.inside();
    let mut algorithm = parts.take(Tag::Sequence)?.inside();
    let bits = parts.take(Tag::BitString)?.bits()?;
    parts.end()?;
    let oid = algorithm.take(Tag::ObjectIdentifier)?.oid()?;
    let curve = algorithm.maybe(Tag::ObjectIdentifier)?;
    Ok(PublicKey {
        algorithm: oid,
        curve: curve.map(|curve| curve.oid()).transpose()?,
        bits,
    })
}

impl<'a> Extensions<'a> {
    fn read(wrapped: Element<'a>) -> Read<Self> {
        let list = Element::only(wrapped.content(), Tag::Sequence)?;
        let mut read = Self::default();
        let mut seen = Vec::new();
        for extension in list.inside().all(MOST_EXTENSIONS)? {
            let (oid, is_critical, value) = extension_parts(extension)?;
            if seen.contains(&oid) {
                return Err(Malformed);
            }
            let is_known = read.take(&oid, value)?;
            read.has_unknown_critical |= is_critical && !is_known;
            seen.push(oid);
        }
        Ok(read)
    }

    /// False where it is none that changes a judgement here.
    fn take(&mut self, oid: &str, value: &'a [u8]) -> Read<bool> {
        match oid {
            "2.5.29.15" => {
                self.key_usage = Some(Element::only(value, Tag::BitString)?.named_bits()?);
            }
            "2.5.29.37" => {
                let uses = Element::only(value, Tag::Sequence)?.inside();
                let uses = uses.all(MOST_USES)?;
                self.uses = Some(uses.iter().map(Element::oid).collect::<Read<_>>()?);
            }
            "2.5.29.19" => {
                let mut parts = Element::only(value, Tag::Sequence)?.inside();
                let authority = parts.maybe(Tag::Boolean)?;
                self.is_authority = authority.is_some_and(|it| it.truth() == Ok(true));
                let length = parts.maybe(Tag::Integer)?;
                self.path_length = length.map(|length| length.number()).transpose()?;
            }
            "2.5.29.14" => {
                self.key_id = Some(Element::only(value, Tag::OctetString)?.content());
            }
            // Policies, other names, where lists and answers are: they say nothing that is asked here.
            "2.5.29.32" | "2.5.29.17" | "2.5.29.18" | "2.5.29.31" | "2.5.29.35" => {}
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// An extension of a certificate, a list or an answer: its OID, whether it must be understood, its value.
pub fn extension_parts(extension: Element<'_>) -> Read<(String, bool, &[u8])> {
    let mut parts = extension.inside();
    let oid = parts.take(Tag::ObjectIdentifier)?.oid()?;
    let is_critical = parts.maybe(Tag::Boolean)?;
    let is_critical = is_critical.map(|it| it.truth()).transpose()?;
    let value = parts.take(Tag::OctetString)?.content();
    parts.end()?;
    Ok((oid, is_critical.unwrap_or_default(), value))
}
