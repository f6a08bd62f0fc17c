//! A challenge to sign: of use once, for a few minutes. What is to be signed is kept as a hash alone.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::refusal::Refusal;

/// So long somebody may look for the key and its password.
pub const LIFE: SignedDuration = SignedDuration::from_mins(5);

#[derive(Debug, Clone)]
pub struct SignInChallenge {
    pub id: Uuid,
    pub content_hash: String,
    pub created: Timestamp,
    pub expires: Timestamp,
    pub used: Option<Timestamp>,
}

impl SignInChallenge {
    pub fn name(&self) -> String {
        format!("signInChallenges/{}", self.id)
    }

    /// # Errors
    /// `CHALLENGE_USED` or `CHALLENGE_EXPIRED`.
    pub fn is_open(&self, now: Timestamp) -> Result<(), Refusal> {
        if self.used.is_some() {
            Err(Refusal::ChallengeUsed)
        } else if now >= self.expires {
            Err(Refusal::ChallengeExpired)
        } else {
            Ok(())
        }
    }
}

/// What is to be signed: it names the suite and the purpose, so that it is of use nowhere else. The
/// parts stand in the order of the alphabet, without spaces.
pub fn content(suite: &str, nonce: &str, expires: Timestamp) -> Vec<u8> {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    format!(
        r#"{{"expire_time":{},"nonce":{},"purpose":"sign-in","suite":{}}}"#,
        quoted(&expires.to_string()),
        quoted(nonce),
        quoted(suite)
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_open_until_it_is_used_or_five_minutes_old() {
        let created = Timestamp::UNIX_EPOCH;
        let challenge = SignInChallenge {
            id: Uuid::nil(),
            content_hash: String::new(),
            created,
            expires: created + LIFE,
            used: None,
        };
        let last = challenge.expires - SignedDuration::from_micros(1);
        assert_eq!(challenge.is_open(last), Ok(()));
        let late = challenge.is_open(challenge.expires);
        assert_eq!(late, Err(Refusal::ChallengeExpired));
        let used = SignInChallenge {
            used: Some(created),
            ..challenge
        };
        assert_eq!(used.is_open(created), Err(Refusal::ChallengeUsed));
    }

    #[test]
    fn what_is_signed_says_what_it_is_for() {
        let content = content("https://a\"b", "n", Timestamp::UNIX_EPOCH);
        let said: serde_json::Value = serde_json::from_slice(&content).expect("JSON");
        let expected = serde_json::json!({
            "purpose": "sign-in", "suite": "https://a\"b", "nonce": "n",
            "expire_time": "1970-01-01T00:00:00Z"
        });
        assert_eq!(said, expected);
    }
}
