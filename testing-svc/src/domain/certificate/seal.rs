//! The signature under a paper, and the text of its QR code: enough to check it with a published key
//! and nothing else.
//!
//! The text is `IRK1:`, the base45 of the paper's bytes followed by the 64 bytes of the signature, and a
//! full stop, because base45 may end with a space, which many a form cuts off. The signature is Ed25519
//! (RFC 8032) over [`CONTEXT`] and the paper's bytes. The context keeps a signature of anything else
//! from ever being one of a certificate.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use ring::digest::{SHA256, digest};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use super::base45;
use super::paper::{KeyId, Paper};

/// What stands before the paper in what is signed.
pub const CONTEXT: &[u8] = b"irikteu.testing.v1.Certificate\0";

/// How the text of a QR code begins: what it is, and which version of it.
pub const MARK: &str = "IRK1:";
/// And how it ends.
const END: char = '.';

/// Characters of a text that are looked at: more than the longest paper has.
pub const LONGEST_TEXT: usize = 4_000;

const SIGNATURE_LENGTH: usize = 64;

/// The bytes of a paper and their signature.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    pub payload: Vec<u8>,
    pub signature: Vec<u8>,
}

impl Sealed {
    /// The text of the QR code.
    pub fn text(&self) -> String {
        let bytes = [self.payload.as_slice(), self.signature.as_slice()].concat();
        format!("{MARK}{}{END}", base45::encode(&bytes))
    }

    /// None where it is no such text.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > LONGEST_TEXT {
            return None;
        }
        let inside = text.strip_prefix(MARK)?.strip_suffix(END)?;
        let mut payload = base45::decode(inside)?;
        let at = payload.len().checked_sub(SIGNATURE_LENGTH)?;
        let signature = payload.split_off(at);
        Some(Self { payload, signature })
    }
}

/// A name is in it.
impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed")
    }
}

/// The key that signs now, and those that signed before.
#[derive(Clone, Default)]
pub struct Keys {
    pair: Option<Arc<Ed25519KeyPair>>,
    public: BTreeMap<KeyId, [u8; 32]>,
}

impl Keys {
    /// With the seed of the key that signs; without one nothing is signed, and what was is still known.
    ///
    /// # Errors
    /// If the seed is none of Ed25519.
    pub fn new(seed: Option<&[u8; 32]>, earlier: &[[u8; 32]]) -> Result<Self, &'static str> {
        let mut public = BTreeMap::new();
        for key in earlier {
            public.insert(key_id(key), *key);
        }
        let pair = match seed {
            None => None,
            Some(seed) => {
                let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| "not a seed")?;
                let own = pair.public_key().as_ref();
                let own: [u8; 32] = own.try_into().map_err(|_| "not 32 bytes")?;
                public.insert(key_id(&own), own);
                Some(Arc::new(pair))
            }
        };
        Ok(Self { pair, public })
    }

    /// The id of the key that signs; none where nothing is signed here.
    pub fn signing(&self) -> Option<KeyId> {
        let own = self.pair.as_ref()?.public_key().as_ref().to_vec();
        Some(key_id(&own))
    }

    /// Every key that a certificate may be signed with, by its id.
    pub fn public(&self) -> impl Iterator<Item = (&KeyId, &[u8; 32])> {
        self.public.iter()
    }

    /// None where the paper names another key than the one that signs, or can't be written.
    pub fn seal(&self, paper: &Paper) -> Option<Sealed> {
        let pair = self.pair.as_ref()?;
        if self.signing() != Some(paper.key) {
            return None;
        }
        let payload = paper.encode()?;
        let signature = pair.sign(&signed(&payload)).as_ref().to_vec();
        Some(Sealed { payload, signature })
    }

    /// Signs what is no paper, under a context of its own; none where nothing is signed here.
    pub fn sign_other(&self, context: &[u8], message: &[u8]) -> Option<(KeyId, Vec<u8>)> {
        let (pair, id) = (self.pair.as_ref()?, self.signing()?);
        let signature = pair.sign(&[context, message].concat());
        Some((id, signature.as_ref().to_vec()))
    }

    /// The paper, where one of our keys signed exactly it.
    pub fn open(&self, sealed: &Sealed) -> Option<Paper> {
        let paper = Paper::decode(&sealed.payload)?;
        let key = UnparsedPublicKey::new(&ED25519, self.public.get(&paper.key)?);
        let is_ours = key.verify(&signed(&sealed.payload), &sealed.signature);
        is_ours.is_ok().then_some(paper)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

fn signed(payload: &[u8]) -> Vec<u8> {
    [CONTEXT, payload].concat()
}

pub fn key_id(public: &[u8]) -> KeyId {
    let mut id = KeyId::default();
    for (byte, from) in id.iter_mut().zip(digest(&SHA256, public).as_ref()) {
        *byte = *from;
    }
    id
}
