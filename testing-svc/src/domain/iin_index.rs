//! Whose code it is, without keeping the IIN: a keyed hash that only this service can make.

use std::fmt;

use chassis::identifier::Iin;
use ring::hmac;

/// The key of the index. It lives outside the database: who has only the database can't try
/// every IIN there is.
#[derive(Clone)]
pub struct IinKey(hmac::Key);

/// What stands for an IIN in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IinIndex([u8; 32]);

impl IinKey {
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    pub fn index(&self, iin: &Iin) -> IinIndex {
        self.tag("promo_codes.iin", &iin.reveal())
    }

    /// A value that may be kept and compared in place of `secret`.
    pub fn tag(&self, purpose: &str, secret: &str) -> IinIndex {
        let tag = hmac::sign(&self.0, format!("{purpose}:{secret}").as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(tag.as_ref());
        IinIndex(bytes)
    }
}

impl fmt::Debug for IinKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IinKey(***)")
    }
}

impl IinIndex {
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub fn hex(&self) -> String {
        hex::encode(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_the_persons_and_the_keys() {
        let (ours, theirs) = (IinKey::new(&[1; 32]), IinKey::new(&[2; 32]));
        let one = Iin::parse("010101100008").expect("a good number");
        let other = Iin::parse("010101200004").expect("a good number");
        assert_eq!(ours.index(&one), ours.index(&one));
        assert_ne!(ours.index(&one), ours.index(&other));
        assert_ne!(ours.index(&one), theirs.index(&one));
        assert_ne!(ours.index(&one), ours.tag("another", &one.reveal()));
        assert_eq!(format!("{ours:?}"), "IinKey(***)");
    }
}
