//! Lists of revoked certificates (RFC 5280), which an operator's job fetches into files.

use std::collections::HashSet;

use der::Tag;
use jiff::{SignedDuration, Timestamp};

use super::certificate::{CRL_SIGN, Certificate, Signed, extension_parts};
use super::der::{Element, Read, around};
use crate::domain::signature::Fault;

/// Ten million numbers are 400 MB: nobody has so many, and nobody should make us read them.
const MOST_REVOKED: usize = 1_000_000;
const MOST_EXTENSIONS: usize = 32;
/// Clocks may differ by so much.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

#[derive(Debug)]
pub struct RevocationList {
    whole: Vec<u8>,
    issuer: Vec<u8>,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    revoked: HashSet<Box<[u8]>>,
    /// A part of a list, a list of changes, or one of somebody else's certificates.
    is_not_the_whole: bool,
}

/// What a list says of one certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Good,
    Revoked,
    /// It is of another authority, not signed by it, too old or not the whole.
    Nothing,
}

impl RevocationList {
    /// Reads a list; who signed it is asked when it is used.
    pub fn read(bytes: &[u8]) -> Read<Self> {
        let mut parts = Element::only(bytes, Tag::Sequence)?.inside();
        let (_, body) = Signed::read(&mut parts)?;
        parts.end()?;
        let mut body = body.inside();
        body.maybe(Tag::Integer)?;
        body.take(Tag::Sequence)?;
        let issuer = body.take(Tag::Sequence)?.whole.to_vec();
        let this_update = body.next()?.time()?;
        let next_update = match body.maybe(Tag::UtcTime)? {
            Some(time) => Some(time),
            None => body.maybe(Tag::GeneralizedTime)?,
        };
        let mut list = Self {
            whole: bytes.to_vec(),
            issuer,
            this_update,
            next_update: next_update.map(|time| time.time()).transpose()?,
            revoked: HashSet::new(),
            is_not_the_whole: false,
        };
        if let Some(entries) = body.maybe(Tag::Sequence)? {
            for entry in entries.inside().all(MOST_REVOKED)? {
                list.take(entry)?;
            }
        }
        if let Some(extensions) = body.maybe(around(0))? {
            let extensions = Element::only(extensions.content(), Tag::Sequence)?;
            for extension in extensions.inside().all(MOST_EXTENSIONS)? {
                list.is_not_the_whole |= extension_parts(extension)?.1;
            }
        }
        body.end()?;
        Ok(list)
    }

    fn take(&mut self, entry: Element<'_>) -> Read<()> {
        let mut parts = entry.inside();
        self.revoked
            .insert(parts.take(Tag::Integer)?.content().into());
        parts.next()?.time()?;
        if let Some(extensions) = parts.maybe(Tag::Sequence)? {
            for extension in extensions.inside().all(MOST_EXTENSIONS)? {
                // Whose certificate it is may stand here: such a list is not read as if it did not.
                self.is_not_the_whole |= extension_parts(extension)?.1;
            }
        }
        parts.end()
    }

    pub fn says(&self, of: &Certificate<'_>, issuer: &Certificate<'_>, time: Timestamp) -> Word {
        let is_fresh =
            self.this_update <= time + SKEW && self.next_update.is_some_and(|next| time < next);
        let is_usable = !self.is_not_the_whole
            && self.issuer == issuer.subject.whole
            && issuer.may(CRL_SIGN)
            && self.is_signed_by(issuer).is_ok();
        // Who was revoked once stays so, however old the list is.
        match (is_usable, self.revoked.contains(of.serial)) {
            (true, true) => Word::Revoked,
            (true, false) if is_fresh => Word::Good,
            _ => Word::Nothing,
        }
    }

    fn is_signed_by(&self, issuer: &Certificate<'_>) -> Result<(), Fault> {
        let unreadable = |_| Fault::RevocationUnknown;
        let list = Element::only(&self.whole, Tag::Sequence).map_err(unreadable)?;
        let (signed, _) = Signed::read(&mut list.inside()).map_err(unreadable)?;
        signed.check(&issuer.key)
    }
}
