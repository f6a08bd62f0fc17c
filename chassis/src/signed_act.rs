//! The row of a signed act in a chained log ([`crate::chain`]).

use serde::{Deserialize, Serialize};

use crate::canonical::{self, NotCanonical};

/// What the row of a signed act says. What was signed and the signature of it may name people, so the row
/// has their hashes alone: an export without them verifies, and one with them can be held against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedAct {
    /// SHA-256 in hexadecimal digits, of what was signed and of the signature as it was sent.
    pub content_sha256: String,
    pub cms_sha256: String,
    /// `signatures/{signature}`.
    pub signature: String,
    /// When the signature reached us: the time for which it was checked.
    pub receive_time: String,
    /// What was done: `publishList`.
    pub action: String,
    /// To what: a resource name.
    pub subject: String,
    pub format: u8,
}

impl SignedAct {
    pub const FORMAT: u8 = 1;

    /// The canonical bytes: the content of the row.
    ///
    /// # Errors
    /// Never: texts and a small number have a canonical form.
    pub fn content(&self) -> Result<Vec<u8>, NotCanonical> {
        canonical::to_bytes(self)
    }

    /// `None` where the row is not one of a signed act, or not written in the one way.
    pub fn read(content: &[u8]) -> Option<Self> {
        let value = canonical::read(content)?;
        let act: Self = serde_json::from_value(value).ok()?;
        (act.format == Self::FORMAT).then_some(act)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{Entry, Head};

    #[test]
    fn a_signed_act_is_read_in_the_one_way_that_it_is_written() {
        let act = SignedAct {
            content_sha256: "c".repeat(64),
            cms_sha256: "d".repeat(64),
            signature: "signatures/1".into(),
            receive_time: "2026-06-01T05:00:00Z".into(),
            action: "publishList".into(),
            subject: "campaigns/c/lists/1".into(),
            format: SignedAct::FORMAT,
        };
        let content = act.content().expect("canonical");
        assert!(content.starts_with(br#"{"action":"publishList","cms_sha256":"dd"#));
        assert_eq!(SignedAct::read(&content), Some(act));
        let text = String::from_utf8(content).expect("text");
        for other in [
            text.replace(r#""format":1"#, r#""format":2"#),
            text.replace(r#""format":1"#, r#""format": 1"#),
            text.replace(r#""format":1"#, r#""formats":1"#),
            "{}".into(),
        ] {
            assert_eq!(SignedAct::read(other.as_bytes()), None, "{other}");
        }
    }

    /// Hashes that logs of today hold: `printf` of the sequence, the hash before and the content, into
    /// `sha256sum`. Another format would make every log that is kept look tampered with.
    const KEPT: [&str; 2] = [
        "cb26ad541fc93a2eb2a7c59ca9690b1be9272b10419f12eec08c5e6bed7854b3",
        "efd9940fb2f1c3512f5fa2d378719f7faa611ba531f3cfd286f9af8bfee5e303",
    ];

    #[test]
    fn a_log_that_is_kept_stays_whole() {
        let act = SignedAct {
            content_sha256: "c".repeat(64),
            cms_sha256: "d".repeat(64),
            signature: "signatures/1".into(),
            receive_time: "2026-06-01T05:00:00Z".into(),
            action: "CLOSE_SPECIALTY".into(),
            subject: "specialties/s1".into(),
            format: SignedAct::FORMAT,
        };
        let mut head = Head::default();
        for kept in KEPT {
            head = Entry::after(head, act.content().expect("canonical")).head();
            assert_eq!(hex::encode(head.hash), kept);
        }
    }
}
