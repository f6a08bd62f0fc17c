//! A file of JSON lines with a signature in its last line, in both directions.
//!
//! Every line ends with a line feed, the last one too. The last one is
//! `{"key":"…","signature":"…"}`: the signature is Ed25519 (RFC 8032) over a context and the SHA-256 of all
//! bytes before that line, in base64url without padding. Of the bytes only their hash is signed, so that a
//! long file can be signed while it is sent and nobody has to hold all of it. The context keeps a signature
//! of anything else from ever being one of such a file. `key` says which key it was, and is not needed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::digest::{Context, SHA256};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use super::words;

/// What stands before the hash in what is signed of a roster.
pub const ROSTER: &[u8] = b"irikteu.partner.v1.Roster\0";

/// And of a partner's report.
pub const REPORT: &[u8] = b"irikteu.partner.v1.Report\0";

/// The version of both files.
pub const VERSION: u32 = 1;

/// Whose key is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    Partner,
    Suite,
}

words!(Whose {
    Partner = "PARTNER",
    Suite = "SUITE",
});

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Last {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    key: String,
    signature: String,
}

/// The hash of a file while it is written.
#[derive(Clone)]
pub struct Hash(Context);

impl Default for Hash {
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl Hash {
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// What is signed.
    pub fn done(self) -> Vec<u8> {
        self.0.finish().as_ref().to_vec()
    }
}

/// The last line of a file.
pub fn last_line(key: &str, signature: &[u8]) -> String {
    let last = Last {
        key: key.to_owned(),
        signature: BASE64.encode(signature),
    };
    // Two texts can always be written.
    serde_json::to_string(&last).unwrap_or_default() + "\n"
}

/// The lines before the signature, where one of these keys signed exactly them.
pub fn open<'a>(context: &[u8], file: &'a [u8], keys: &[[u8; 32]]) -> Option<&'a str> {
    let lines = file.strip_suffix(b"\n")?;
    let at = lines.iter().rposition(|byte| *byte == b'\n')? + 1;
    let (body, last) = (file.get(..at)?, lines.get(at..)?);
    let last: Last = serde_json::from_slice(last).ok()?;
    let signature = BASE64.decode(last.signature).ok()?;
    let mut hash = Hash::default();
    hash.add(body);
    let signed = [context, &hash.done()].concat();
    let is_theirs = keys.iter().any(|key| {
        let key = UnparsedPublicKey::new(&ED25519, key);
        key.verify(&signed, &signature).is_ok()
    });
    let text = std::str::from_utf8(body).ok()?;
    is_theirs.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{Ed25519KeyPair, KeyPair};

    fn pair(seed: u8) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("a seed")
    }

    fn public(seed: u8) -> [u8; 32] {
        let bytes = pair(seed).public_key().as_ref().to_vec();
        bytes.try_into().expect("32 bytes")
    }

    fn file(body: &str, context: &[u8]) -> Vec<u8> {
        let mut hash = Hash::default();
        hash.add(body.as_bytes());
        let signature = pair(1).sign(&[context, &hash.done()].concat());
        (body.to_owned() + &last_line("", signature.as_ref())).into_bytes()
    }

    #[test]
    fn a_file_opens_with_its_key_and_not_a_bit_of_it_may_change() {
        let body = "{\"a\":1}\n{\"b\":2}\n";
        let whole = file(body, REPORT);
        let keys = [public(2), public(1)];
        assert_eq!(open(REPORT, &whole, &keys), Some(body));
        assert_eq!(open(REPORT, &whole, &keys[..1]), None, "another's key");
        assert_eq!(open(ROSTER, &whole, &keys), None, "another sort of file");
        for at in 0..body.len() {
            let mut other = whole.clone();
            other[at] ^= 1;
            assert_eq!(open(REPORT, &other, &keys), None, "byte {at}");
        }
        for cut in 0..whole.len() {
            assert_eq!(open(REPORT, &whole[..cut], &keys), None, "cut at {cut}");
        }
        let longer = [&whole, b"{}\n".as_slice()].concat();
        assert_eq!(open(REPORT, &longer, &keys), None);
    }
}
