//! The reasons that a rejection can have, a versioned file per programme in `reasons/`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::labels::Labels;

/// A reason of a rejection.
#[derive(Debug, Clone, Deserialize)]
pub struct ReasonCode {
    pub code: String,
    #[serde(flatten)]
    pub title: Labels,
    /// The rule behind it, as a reference to the law or the announcement; may be empty.
    pub law_reference: String,
    #[serde(rename = "note_required", deserialize_with = "note")]
    pub note: Note,
}

/// Whether the expert has to say more than the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    Required,
    Optional,
}

/// The reasons of a programme, in their own order.
#[derive(Debug, Clone, Deserialize)]
pub struct Reasons {
    pub programme: String,
    pub version: u32,
    pub reasons: Vec<ReasonCode>,
}

impl Reasons {
    pub fn find(&self, code: &str) -> Option<&ReasonCode> {
        self.reasons.iter().find(|reason| reason.code == code)
    }
}

fn note<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Note, D::Error> {
    let is_required = bool::deserialize(deserializer)?;
    Ok(if is_required {
        Note::Required
    } else {
        Note::Optional
    })
}

/// The reasons of the Reserve: the only programme that is reviewed so far.
pub fn reserve() -> &'static Reasons {
    &RESERVE
}

static RESERVE: LazyLock<Reasons> = LazyLock::new(|| {
    let text = include_str!("../../reasons/reserve.json");
    serde_json::from_str(text).expect("the reasons have the shape of reasons")
});

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_reason_has_its_own_code_and_a_text_in_each_language() {
        let codes: HashSet<_> = reserve()
            .reasons
            .iter()
            .map(|reason| &reason.code)
            .collect();
        assert_eq!(codes.len(), reserve().reasons.len());
        assert!(
            reserve()
                .reasons
                .iter()
                .all(|reason| reason.title.is_complete())
        );
    }

    #[test]
    fn only_the_other_reason_has_no_rule_behind_it_and_it_asks_for_a_note() {
        for reason in &reserve().reasons {
            assert_eq!(
                reason.law_reference.is_empty(),
                reason.code == "OTHER",
                "{}",
                reason.code
            );
        }
        assert_eq!(
            reserve().find("OTHER").expect("the reason").note,
            Note::Required
        );
        assert_eq!(
            reserve()
                .find("EXPERIENCE_TOO_SHORT")
                .expect("the reason")
                .note,
            Note::Optional
        );
    }
}
