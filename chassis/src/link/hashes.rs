//! Names of keys in Redis: keyed hashes, so that whoever reads Redis learns nobody's address.

use ring::{digest, hmac};

/// Makes names. All programs that share a key must be given the same secret.
#[derive(Clone)]
pub struct Hashes(hmac::Key);

impl std::fmt::Debug for Hashes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hashes")
    }
}

impl Hashes {
    /// `purpose` keeps this use of the secret apart from every other.
    pub fn new(secret: &[u8], purpose: &str) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        for part in [purpose.as_bytes(), secret] {
            context.update(&part.len().to_be_bytes());
            context.update(part);
        }
        Self(hmac::Key::new(hmac::HMAC_SHA256, context.finish().as_ref()))
    }

    /// 32 characters: enough that two never meet.
    pub fn name(&self, of: &[u8]) -> String {
        hex::encode(&hmac::sign(&self.0, of).as_ref()[..16])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_depends_on_the_secret_the_purpose_and_the_value() {
        let name = Hashes::new(b"secret", "limits").name(b"198.51.100.7");
        assert_eq!(name.len(), 32);
        for other in [
            Hashes::new(b"other", "limits").name(b"198.51.100.7"),
            Hashes::new(b"secret", "else").name(b"198.51.100.7"),
            Hashes::new(b"secret", "limits").name(b"198.51.100.8"),
        ] {
            assert_ne!(name, other);
        }
    }
}
