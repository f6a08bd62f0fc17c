//! What people sign in with: an IIN or an e-mail address.

use chassis::identifier::Iin;
use chassis::mask::Email;

/// A mailbox's address is at most this long (RFC 5321).
pub const LONGEST_EMAIL: usize = 254;

/// # Errors
/// The reason of the violation: each way to be wrong has its own.
pub fn iin(text: &str) -> Result<Iin, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("REQUIRED");
    }
    if !text.chars().all(|c| c.is_ascii_digit()) {
        return Err("IIN_NOT_DIGITS");
    }
    Iin::parse(text)
}

/// # Errors
/// `REQUIRED` or `EMAIL_INVALID`.
pub fn email(text: &str) -> Result<Email, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("REQUIRED");
    }
    if text.chars().count() > LONGEST_EMAIL {
        return Err("EMAIL_INVALID");
    }
    Email::parse(text)
}

/// The login as it is looked up: the same for every way of writing it.
pub fn normal(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_iin_has_its_own_reason() {
        for (text, reason) in [
            ("", "REQUIRED"),
            ("   ", "REQUIRED"),
            ("12345678901", "IIN_LENGTH"),
            ("9001013000123", "IIN_LENGTH"),
            ("90010130012O", "IIN_NOT_DIGITS"),
            ("９００１０１４００００３", "IIN_NOT_DIGITS"),
            ("000000000000", "IIN_ALL_ZERO"),
            ("010101100080", "IIN_CHECK_DIGIT"),
            ("010101100990", "IIN_CHECK_DIGIT"),
        ] {
            assert_eq!(iin(text).err(), Some(reason), "{text:?}");
        }
        for good in [
            " 010101100008 ",
            "010101100903",
            "950615900009",
            "991301300003",
        ] {
            assert!(iin(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn an_address_longer_than_a_mailbox_is_refused() {
        let long = format!("a@{}.kz", vec!["b".repeat(60); 5].join("."));
        assert_eq!(email(&long).err(), Some("EMAIL_INVALID"));
    }
}
