//! Signed tokens: compact JWS with Ed25519 (RFC 7515, RFC 8037), short-lived and for one audience.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use anyhow::{Context, anyhow};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::Timestamp;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::bounded::Bounded;

/// Signs in the name of one service.
pub struct Signer {
    issuer: String,
    key: Ed25519KeyPair,
    key_id: String,
}

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

/// What every token says, whatever else it says.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct Claims<T> {
    pub iss: String,
    pub aud: String,
    /// Seconds since the epoch.
    pub exp: i64,
    #[serde(flatten)]
    pub body: T,
}

impl Signer {
    /// A new key in PKCS#8, to be kept in a file that only the service reads.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub fn new_key() -> anyhow::Result<Vec<u8>> {
        let document = Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new())
            .map_err(|_| anyhow!("no key could be made"))?;
        Ok(document.as_ref().to_vec())
    }

    /// # Errors
    /// If the bytes are not an Ed25519 key in PKCS#8.
    pub fn new(issuer: &str, pkcs8: &[u8]) -> anyhow::Result<Self> {
        let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8)
            .map_err(|e| anyhow!("not an Ed25519 key: {e}"))?;
        let key_id = key_id(key.public_key().as_ref());
        Ok(Self {
            issuer: issuer.to_owned(),
            key,
            key_id,
        })
    }

    pub fn public_key(&self) -> PublicKey {
        PublicKey {
            issuer: self.issuer.clone(),
            key: BASE64.encode(self.key.public_key().as_ref()),
        }
    }

    pub fn sign<T: Serialize>(
        &self,
        audience: &str,
        expires: Timestamp,
        body: &T,
    ) -> anyhow::Result<String> {
        let header = Header {
            alg: "EdDSA".into(),
            kid: self.key_id.clone(),
        };
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: audience.to_owned(),
            exp: expires.as_second(),
            body,
        };
        let signed = format!(
            "{}.{}",
            BASE64.encode(serde_json::to_vec(&header)?),
            BASE64.encode(serde_json::to_vec(&claims)?)
        );
        let signature = BASE64.encode(self.key.sign(signed.as_bytes()).as_ref());
        Ok(format!("{signed}.{signature}"))
    }
}

/// A key others may check with; kept in a JSON file for services in other processes.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct PublicKey {
    pub issuer: String,
    /// 32 bytes in base64url.
    pub key: String,
}

/// Checks tokens of the issuers it knows, made for its own audience.
#[derive(Clone, Debug)]
pub struct Verifier {
    audience: String,
    keys: HashMap<String, (String, Vec<u8>)>,
    seen: Seen,
}

/// Tokens whose signature was good, by their SHA-256. A page that loads calls ten times with one
/// token, and a signature costs more to check than everything else that stands before a handler.
/// What a token says, and until when, is looked at every time.
#[derive(Clone)]
struct Seen(Arc<Mutex<Bounded<[u8; 32], ()>>>);

/// Half a megabyte of them.
const SEEN: usize = 8192;

impl Seen {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Bounded::new(SEEN))))
    }

    /// Checks a signature unless it was good before.
    fn good(&self, token: &str, check: impl FnOnce() -> bool) -> bool {
        let digest = ring::digest::digest(&ring::digest::SHA256, token.as_bytes());
        let Ok(key) = <[u8; 32]>::try_from(digest.as_ref()) else {
            return check();
        };
        let lock = || self.0.lock().unwrap_or_else(|e| e.into_inner());
        if lock().get(&key).is_some() {
            return true;
        }
        let good = check();
        if good {
            lock().insert(key, ());
        }
        good
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seen")
    }
}

impl Verifier {
    /// # Errors
    /// If a key is not 32 bytes in base64url.
    pub fn new(audience: &str, keys: &[PublicKey]) -> anyhow::Result<Self> {
        let mut known = HashMap::new();
        for public in keys {
            let bytes = BASE64
                .decode(&public.key)
                .context("a public key is not base64url")?;
            anyhow::ensure!(
                bytes.len() == 32,
                "a public key of {} is not 32 bytes",
                public.issuer
            );
            known.insert(key_id(&bytes), (public.issuer.clone(), bytes));
        }
        Ok(Self {
            audience: audience.to_owned(),
            keys: known,
            seen: Seen::new(),
        })
    }

    /// The claims, if the token is of a known issuer, for us, and not expired. `None` tells
    /// nothing about why.
    pub fn verify<T: DeserializeOwned>(&self, token: &str, now: Timestamp) -> Option<Claims<T>> {
        self.claims(token)
            .filter(|claims| claims.exp > now.as_second())
    }

    /// The same at whatever time: for who wants to know why a token is not believed.
    pub(crate) fn claims<T: DeserializeOwned>(&self, token: &str) -> Option<Claims<T>> {
        if token.len() > 4096 {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header: Header = serde_json::from_slice(&BASE64.decode(header).ok()?).ok()?;
        if header.alg != "EdDSA" {
            return None;
        }
        let (issuer, key) = self.keys.get(&header.kid)?;
        let signature = BASE64.decode(signature).ok()?;
        let key = UnparsedPublicKey::new(&ED25519, key);
        let good = (self.seen).good(token, || key.verify(signed.as_bytes(), &signature).is_ok());
        if !good {
            return None;
        }
        let claims: Claims<T> = serde_json::from_slice(&BASE64.decode(claims).ok()?).ok()?;
        let good = claims.iss == *issuer && claims.aud == self.audience;
        good.then_some(claims)
    }
}

/// The start of the key's SHA-256: short, and different for different keys.
fn key_id(public: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, public);
    BASE64.encode(&digest.as_ref()[..9])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(issuer: &str) -> Signer {
        Signer::new(issuer, &Signer::new_key().expect("a key")).expect("a signer")
    }

    #[test]
    fn a_token_is_good_only_for_its_audience_until_it_expires() {
        let signer = signer("identity-svc");
        let now: Timestamp = "2026-06-01T00:00:00Z".parse().expect("an instant");
        let later = now + jiff::SignedDuration::from_secs(60);
        let token = signer
            .sign("testing-svc", later, &serde_json::json!({"sub": "x"}))
            .expect("a token");
        let check = |audience: &str, at| {
            let verifier = Verifier::new(audience, &[signer.public_key()]).expect("a verifier");
            verifier.verify::<serde_json::Value>(&token, at).is_some()
        };
        assert!(check("testing-svc", now));
        assert!(!check("review-svc", now));
        assert!(!check("testing-svc", later));
    }

    #[test]
    fn a_token_seen_before_is_looked_at_again() {
        let signer = signer("identity-svc");
        let now = Timestamp::UNIX_EPOCH;
        let later = now + jiff::SignedDuration::from_secs(60);
        let verifier = Verifier::new("a", &[signer.public_key()]).expect("a verifier");
        let token = signer.sign("a", later, &()).expect("a token");
        let mut elsewhere = verifier.clone();
        elsewhere.audience = "b".into();
        for _ in 0..2 {
            assert!(verifier.verify::<()>(&token, now).is_some());
            assert!(verifier.verify::<()>(&token, later).is_none());
            assert!(elsewhere.verify::<()>(&token, now).is_none());
        }
        // The same claims under another signature were never seen.
        let (signed, signature) = token.rsplit_once('.').expect("three parts");
        let mut bytes = BASE64.decode(signature).expect("base64");
        bytes[0] ^= 1;
        let forged = format!("{signed}.{}", BASE64.encode(bytes));
        assert!(verifier.verify::<()>(&forged, now).is_none());
    }

    #[test]
    fn a_changed_token_or_another_key_is_refused() {
        let (ours, theirs) = (signer("identity-svc"), signer("identity-svc"));
        let now = Timestamp::UNIX_EPOCH;
        let expires = now + jiff::SignedDuration::from_secs(60);
        let verifier = Verifier::new("a", &[ours.public_key()]).expect("a verifier");
        let token = ours
            .sign("a", expires, &serde_json::json!({"sub": "x"}))
            .expect("a token");
        let forged = theirs
            .sign("a", expires, &serde_json::json!({"sub": "x"}))
            .expect("a token");
        assert!(verifier.verify::<serde_json::Value>(&forged, now).is_none());
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).expect("ascii");
            // The last character of base64 may carry bits that no byte uses.
            if changed != token && at + 1 != token.len() {
                assert!(
                    verifier
                        .verify::<serde_json::Value>(&changed, now)
                        .is_none(),
                    "{at}"
                );
            }
        }
    }
}
