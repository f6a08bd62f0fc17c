//! CMS SignedData (RFC 5652), attached or detached, with signed attributes.
//!
//! A signature without signed attributes is refused: what is signed then is the content itself, and
//! somebody could pass the attributes of another signature off as content.

use der::Tag;
use jiff::Timestamp;

use super::algorithm::{Hash, Scheme};
use super::certificate::{Certificate, PublicKey};
use super::der::{Element, Elements, Malformed, Read, around, instead};
use crate::domain::signature::Fault;

const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
const SIGNING_TIME: &str = "1.2.840.113549.1.9.5";
const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";
const SHA256: &str = "2.16.840.1.101.3.4.2.1";

const MOST_CERTIFICATES: usize = 16;
const MOST_SIGNERS: usize = 8;
const MOST_ATTRIBUTES: usize = 32;
const SET: u8 = 0x31;

#[derive(Debug)]
pub struct SignedData<'a> {
    content_type: String,
    /// `None` where the content is elsewhere.
    pub content: Option<&'a [u8]>,
    pub certificates: Vec<Certificate<'a>>,
    signers: Vec<SignerInfo<'a>>,
}

#[derive(Debug)]
enum SignerId<'a> {
    IssuerAndSerial { issuer: &'a [u8], serial: &'a [u8] },
    KeyId(&'a [u8]),
}

#[derive(Debug)]
pub struct SignerInfo<'a> {
    id: SignerId<'a>,
    digest_algorithm: String,
    /// Without tag and length.
    attributes: Option<Element<'a>>,
    signature_algorithm: String,
    signature: &'a [u8],
}

impl<'a> SignedData<'a> {
    /// Reads DER; [`super::ber::to_der`] makes it of what is streamed.
    pub fn read(bytes: &'a [u8]) -> Read<Self> {
        let mut info = Element::only(bytes, Tag::Sequence)?.inside();
        if info.take(Tag::ObjectIdentifier)?.oid()? != SIGNED_DATA {
            return Err(Malformed);
        }
        let wrapped = info.take(around(0))?;
        info.end()?;
        let mut data = Element::only(wrapped.content(), Tag::Sequence)?.inside();
        data.take(Tag::Integer)?;
        data.take(Tag::Set)?;
        let mut encapsulated = data.take(Tag::Sequence)?.inside();
        let content_type = encapsulated.take(Tag::ObjectIdentifier)?.oid()?;
        let content = match encapsulated.maybe(around(0))? {
            Some(wrapped) => Some(Element::only(wrapped.content(), Tag::OctetString)?.content()),
            None => None,
        };
        encapsulated.end()?;
        let certificates = match data.maybe(around(0))? {
            Some(set) => certificates(set.inside())?,
            None => Vec::new(),
        };
        // Lists that the signer sends along are not believed: ours are asked.
        data.maybe(around(1))?;
        let signers = data.take(Tag::Set)?.inside().all(MOST_SIGNERS)?;
        data.end()?;
        Ok(Self {
            content_type,
            content,
            certificates,
            signers: signers
                .into_iter()
                .map(SignerInfo::read)
                .collect::<Read<_>>()?,
        })
    }

    /// # Errors
    /// `SIGNATURE_WITHOUT_SIGNER`, or `SIGNATURE_OF_MANY`: one person acts, so one signs.
    pub fn only_signer(&self) -> Result<&SignerInfo<'a>, Fault> {
        match self.signers.as_slice() {
            [] => Err(Fault::NoSigner),
            [only] => Ok(only),
            _ => Err(Fault::ManySigners),
        }
    }

    /// The signer's certificate, which has to be among those that came along.
    ///
    /// # Errors
    /// `SIGNATURE_WITHOUT_CERTIFICATE`.
    pub fn certificate(&self, signer: &SignerInfo<'_>) -> Result<&Certificate<'a>, Fault> {
        let mut all = self.certificates.iter();
        let found = all.find(|certificate| match signer.id {
            SignerId::IssuerAndSerial { issuer, serial } => {
                certificate.issuer == issuer && certificate.serial == serial
            }
            SignerId::KeyId(id) => certificate.extensions.key_id == Some(id),
        });
        found.ok_or(Fault::NoCertificate)
    }

    /// Whether the signer signed this content with the key of this certificate.
    ///
    /// # Errors
    /// `SIGNATURE_CONTENT_DIFFERS`, `SIGNATURE_WRONG`, or why its algorithm is not believed.
    pub fn check(
        &self,
        signer: &SignerInfo<'_>,
        certificate: &Certificate<'_>,
        content: &[u8],
    ) -> Result<(), Fault> {
        if self.content.is_some_and(|attached| attached != content) {
            return Err(Fault::ContentDiffers);
        }
        let named = match Hash::of(&signer.digest_algorithm) {
            // The key says what sort of signature it is, whatever hash stands beside it.
            Err(_) if is_gost(&certificate.key) => return Err(Fault::Gost),
            named => named?,
        };
        let scheme = Scheme::of(&signer.signature_algorithm, Some(named))?;
        let attributes = signer.attributes.ok_or(Fault::SignatureWrong)?;
        // They are signed as the SET that they are, and written with the tag of their place.
        let signed = super::der::write(SET, &[attributes.content()]);
        scheme.check(&certificate.key, &signed, signer.signature)?;
        let said = Attributes::read(attributes).map_err(|Malformed| Fault::SignatureWrong)?;
        if said.content_type != self.content_type {
            return Err(Fault::SignatureWrong);
        }
        if let Some((hash, of_certificate)) = said.certificate {
            let hash = Hash::of(&hash)?.digest(certificate.whole);
            if hash.as_ref() != of_certificate {
                return Err(Fault::SignatureWrong);
            }
        }
        if named.digest(content).as_ref() == said.message_digest {
            Ok(())
        } else {
            Err(Fault::ContentDiffers)
        }
    }
}

fn is_gost(key: &PublicKey<'_>) -> bool {
    Scheme::of(&key.algorithm, Some(Hash::Sha256)).err() == Some(Fault::Gost)
}

/// X.509 certificates; the obsolete other sorts are left out.
fn certificates(set: Elements<'_>) -> Read<Vec<Certificate<'_>>> {
    let all = set.all(MOST_CERTIFICATES)?.into_iter();
    all.filter(|element| element.tag() == Tag::Sequence)
        .map(|element| Certificate::read(element.whole))
        .collect()
}

impl<'a> SignerInfo<'a> {
    fn read(element: Element<'a>) -> Read<Self> {
        let mut parts = element.inside();
        parts.take(Tag::Integer)?;
        let id = match parts.maybe(instead(0))? {
            Some(id) => SignerId::KeyId(id.content()),
            None => {
                let mut id = parts.take(Tag::Sequence)?.inside();
                let issuer = id.take(Tag::Sequence)?.whole;
                let serial = id.take(Tag::Integer)?.content();
                id.end()?;
                SignerId::IssuerAndSerial { issuer, serial }
            }
        };
        let digest = parts
            .take(Tag::Sequence)?
            .inside()
            .take(Tag::ObjectIdentifier)?;
        let attributes = parts.maybe(around(0))?;
        let algorithm = parts
            .take(Tag::Sequence)?
            .inside()
            .take(Tag::ObjectIdentifier)?;
        let signature = parts.take(Tag::OctetString)?.content();
        // Unsigned attributes: a time stamp may be there, which is not looked at.
        parts.maybe(around(1))?;
        parts.end()?;
        Ok(Self {
            id,
            digest_algorithm: digest.oid()?,
            attributes,
            signature_algorithm: algorithm.oid()?,
            signature,
        })
    }

    /// When was signed, by the signer's own clock.
    pub fn stated_time(&self) -> Option<Timestamp> {
        Attributes::read(self.attributes?).ok()?.stated_time
    }
}

struct Attributes<'a> {
    content_type: String,
    message_digest: &'a [u8],
    stated_time: Option<Timestamp>,
    /// The hash's algorithm, and the hash of the certificate that the signer meant.
    certificate: Option<(String, &'a [u8])>,
}

impl<'a> Attributes<'a> {
    /// Each attribute once, with one value: of two nobody could say which is meant.
    fn read(set: Element<'a>) -> Read<Self> {
        let mut values: Vec<(String, Element<'a>)> = Vec::new();
        for attribute in set.inside().all(MOST_ATTRIBUTES)? {
            let mut parts = attribute.inside();
            let oid = parts.take(Tag::ObjectIdentifier)?.oid()?;
            let mut set = parts.take(Tag::Set)?.inside();
            let value = set.next()?;
            set.end()?;
            parts.end()?;
            if values.iter().any(|(known, _)| *known == oid) {
                return Err(Malformed);
            }
            values.push((oid, value));
        }
        let value = |oid: &str| {
            let mut values = values.iter();
            values
                .find(|(known, _)| known == oid)
                .map(|(_, value)| *value)
        };
        let digest = value(MESSAGE_DIGEST).ok_or(Malformed)?;
        if digest.tag() != Tag::OctetString {
            return Err(Malformed);
        }
        Ok(Self {
            content_type: value(CONTENT_TYPE).ok_or(Malformed)?.oid()?,
            message_digest: digest.content(),
            // Nobody vouches for it, so one that can't be read is none.
            stated_time: value(SIGNING_TIME).and_then(|time| time.time().ok()),
            certificate: value(SIGNING_CERTIFICATE_V2).map(meant).transpose()?,
        })
    }
}

/// The first of the certificates that the signer meant is the signer's own (RFC 5035).
fn meant(value: Element<'_>) -> Read<(String, &[u8])> {
    let mut first = value.inside().take(Tag::Sequence)?.inside();
    let mut id = first.take(Tag::Sequence)?.inside();
    let hash = match id.maybe(Tag::Sequence)? {
        Some(algorithm) => algorithm.inside().take(Tag::ObjectIdentifier)?.oid()?,
        None => SHA256.to_owned(),
    };
    Ok((hash, id.take(Tag::OctetString)?.content()))
}
