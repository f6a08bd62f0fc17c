//! What is kept of secrets: keyed hashes of what can be guessed, plain hashes of what can't.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chassis::ids::Ids;
use chassis::mask::Masked;
use ring::{digest, hmac};

use crate::domain::account::Account;
use crate::rpc::place::Place;

/// Keyed hashes: an IIN or a six-digit code could be found by trying all of them, were it not for
/// the key, which is not in the database.
pub struct Secrets(hmac::Key);

impl Secrets {
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// By what the account of an IIN is found, and by what it is unique.
    pub fn iin_index(&self, iin: &str) -> String {
        self.keyed("iin", iin)
    }

    /// Takes the address as [`chassis::mask::Email`] writes it.
    pub fn email_index(&self, email: &str) -> String {
        self.keyed("email", email)
    }

    /// By what a signatory is known whose certificate names no person.
    pub fn certificate_index(&self, serial: &str) -> String {
        self.keyed("certificate", serial)
    }

    /// By what an account is unique among those with an IIN. Who has none takes nobody's place: no
    /// keyed hash looks like the id of an account.
    pub fn iin_index_of(&self, account: &Account) -> String {
        match account.iin.reveal().as_str() {
            "" => format!("none:{}", account.id),
            iin => self.iin_index(iin),
        }
    }

    /// By what something done too often is counted, whether anybody has the login or not.
    pub fn throttle_key(&self, parts: &[&str]) -> String {
        let parts = [&["throttle"], parts].concat();
        hex::encode(self.fingerprint(&parts))
    }

    /// By what failed sign-ins with one login are known to be alike.
    pub fn login_index(&self, login: &str) -> String {
        self.keyed("login", login)
    }

    /// By what failed sign-ins from one place are, where it is known.
    pub fn origin_index(&self, place: &Place) -> String {
        match place.as_str() {
            "" => String::new(),
            place => self.keyed("origin", place),
        }
    }

    pub fn code_hash(&self, attempt: &str, code: &str) -> String {
        self.keyed("code", &format!("{attempt}:{code}"))
    }

    /// What makes two requests the same, without what they say.
    pub fn fingerprint(&self, parts: &[&str]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(b"request");
        for part in parts {
            context.update(&part.len().to_be_bytes());
            context.update(part.as_bytes());
        }
        context.sign().as_ref().to_vec()
    }

    fn keyed(&self, purpose: &str, value: &str) -> String {
        hex::encode(hmac::sign(&self.0, format!("{purpose}:{value}").as_bytes()))
    }
}

/// A new token of 256 bits.
pub fn new_token(ids: &Ids) -> Masked<String> {
    Masked::new(BASE64.encode(ids.secret()))
}

/// What is kept of a token. It has 256 random bits, so a plain hash tells nothing.
pub fn token_hash(token: &str) -> String {
    hash(token.as_bytes())
}

/// SHA-256 in hexadecimal digits: of what nobody can guess, or what is no secret.
pub fn hash(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_depends_on_the_key_the_purpose_and_the_value() {
        let (ours, theirs) = (Secrets::new(&[1; 32]), Secrets::new(&[2; 32]));
        let index = ours.iin_index("010101100008");
        assert_eq!(index, ours.iin_index("010101100008"));
        assert_ne!(index, theirs.iin_index("010101100008"));
        assert_ne!(index, ours.iin_index("010101200004"));
        assert_ne!(index, ours.email_index("010101100008"));
        assert_ne!(index, ours.throttle_key(&["010101100008"]));
    }

    #[test]
    fn moving_a_letter_between_parts_makes_another_request() {
        let secrets = Secrets::new(&[1; 32]);
        assert_ne!(
            secrets.fingerprint(&["ab", "c"]),
            secrets.fingerprint(&["a", "bc"])
        );
    }
}
