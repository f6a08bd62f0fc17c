//! Whether a certificate is revoked, asked of its authority (OCSP, RFC 6960): what is sent, and what is
//! believed of the answer. The way there is [`super::revocation`]'s.

use der::Tag;
use jiff::{SignedDuration, Timestamp};
use ring::digest;

use super::certificate::{Certificate, Signed, extension_parts};
use super::der::{Element, Elements, Malformed, Read, around, instead, write};

const BASIC: &str = "1.3.6.1.5.5.7.48.1.1";
const NONCE: &str = "1.3.6.1.5.5.7.48.1.2";
const NONCE_DER: [u8; 11] = [0x06, 0x09, 0x2b, 6, 1, 5, 5, 7, 0x30, 1, 2];
/// A key that the authority made for answers alone.
const OCSP_SIGNING: &str = "1.3.6.1.5.5.7.3.9";
/// SHA-1 names a certificate here, as everybody who answers understands; it proves nothing.
const SHA1: [u8; 9] = [0x06, 5, 0x2b, 0x0e, 3, 2, 0x1a, 0x05, 0];
const MOST_ANSWERS: usize = 16;
const MOST_CERTIFICATES: usize = 8;
/// Clocks may differ by so much.
const SKEW: SignedDuration = SignedDuration::from_mins(5);
/// An answer that names no end is good for so long.
const FRESH: SignedDuration = SignedDuration::from_hours(1);

const SEQUENCE: u8 = 0x30;
const OCTETS: u8 = 0x04;
const INTEGER: u8 = 0x02;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Good,
    Revoked,
}

/// What is asked: about whom, and a number that only this answer can hold.
pub struct Question<'q> {
    pub of: &'q Certificate<'q>,
    pub issuer: &'q Certificate<'q>,
    pub nonce: [u8; 16],
}

impl Question<'_> {
    pub fn request(&self) -> Vec<u8> {
        let one = write(SEQUENCE, &[&self.certificate_id()]);
        let list = write(SEQUENCE, &[&one]);
        let nonce = write(OCTETS, &[&write(OCTETS, &[&self.nonce])]);
        let extensions = write(SEQUENCE, &[&write(SEQUENCE, &[&NONCE_DER, &nonce])]);
        let request = write(SEQUENCE, &[&list, &write(0xa2, &[&extensions])]);
        write(SEQUENCE, &[&request])
    }

    fn certificate_id(&self) -> Vec<u8> {
        let sha1 = |bytes| digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes);
        let (name, key) = (sha1(self.of.issuer), sha1(self.issuer.key.bits));
        let parts = [
            write(SEQUENCE, &[&SHA1]),
            write(OCTETS, &[name.as_ref()]),
            write(OCTETS, &[key.as_ref()]),
            write(INTEGER, &[self.of.serial]),
        ];
        write(SEQUENCE, &parts.each_ref().map(Vec::as_slice))
    }

    /// What the answer says. Whatever is odd about it – another certificate, another question's, old,
    /// signed by nobody who may – it says nothing.
    pub fn answer(&self, bytes: &[u8], time: Timestamp) -> Option<Status> {
        self.read(bytes, time).ok()
    }

    fn read(&self, bytes: &[u8], time: Timestamp) -> Read<Status> {
        let mut response = Element::only(bytes, Tag::Sequence)?.inside();
        let is_successful = response.take(Tag::Enumerated)?.content() == [0];
        let wrapped = response.take(around(0))?;
        let mut wrapped = Element::only(wrapped.content(), Tag::Sequence)?.inside();
        let is_basic = wrapped.take(Tag::ObjectIdentifier)?.oid()? == BASIC;
        let basic = wrapped.take(Tag::OctetString)?.content();
        if !is_successful || !is_basic {
            return Err(Malformed);
        }
        let mut parts = Element::only(basic, Tag::Sequence)?.inside();
        let (signed, body) = Signed::read(&mut parts)?;
        self.is_believed(&signed, parts, time)?;
        self.body(body.inside(), time)
    }

    /// Signed by the authority itself, or by somebody whom it made for this.
    fn is_believed(
        &self,
        signed: &Signed<'_>,
        mut rest: Elements<'_>,
        time: Timestamp,
    ) -> Read<()> {
        if signed.check(&self.issuer.key).is_ok() {
            return Ok(());
        }
        let wrapped = rest.take(around(0))?;
        let list = Element::only(wrapped.content(), Tag::Sequence)?;
        for element in list.inside().all(MOST_CERTIFICATES)? {
            let Ok(responder) = Certificate::read(element.whole) else {
                continue;
            };
            let may = responder.issuer == self.issuer.subject.whole
                && responder.is_for(OCSP_SIGNING)
                && responder.validity.holds_at(time).is_ok()
                && responder.signed.check(&self.issuer.key).is_ok();
            if may && signed.check(&responder.key).is_ok() {
                return Ok(());
            }
        }
        Err(Malformed)
    }

    fn body(&self, mut body: Elements<'_>, time: Timestamp) -> Read<Status> {
        body.maybe(around(0))?;
        // Who answers: by name or by key.
        body.next()?;
        body.take(Tag::GeneralizedTime)?;
        let answers = body.take(Tag::Sequence)?.inside().all(MOST_ANSWERS)?;
        let extensions = body.take(around(1))?;
        let extensions = Element::only(extensions.content(), Tag::Sequence)?;
        let nonce = write(OCTETS, &[&self.nonce]);
        let mut is_ours = false;
        for extension in extensions.inside().all(MOST_ANSWERS)? {
            let (oid, _, value) = extension_parts(extension)?;
            is_ours |= oid == NONCE && value == nonce;
        }
        if !is_ours {
            return Err(Malformed);
        }
        let id = self.certificate_id();
        let mut about = answers.into_iter().map(|answer| answer.inside());
        let about = about.find_map(|mut parts| {
            let found = parts.take(Tag::Sequence).ok()?;
            (found.whole == id).then_some(parts)
        });
        single(about.ok_or(Malformed)?, time)
    }
}

/// The status, and until when it holds.
fn single(mut parts: Elements<'_>, time: Timestamp) -> Read<Status> {
    let status = parts.next()?;
    let status = if status.tag() == instead(0) {
        Status::Good
    } else if status.tag() == around(1) {
        Status::Revoked
    } else {
        return Err(Malformed);
    };
    let from = parts.take(Tag::GeneralizedTime)?.time()?;
    let until = match parts.maybe(around(0))? {
        Some(wrapped) => Element::only(wrapped.content(), Tag::GeneralizedTime)?.time()?,
        None => from + FRESH,
    };
    if from <= time + SKEW && time <= until {
        Ok(status)
    } else {
        Err(Malformed)
    }
}
