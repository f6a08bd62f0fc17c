//! The benefits that an applicant claimed with a proof: what a college may see proven, and no more.

use std::collections::BTreeSet;

use super::annotation;
use super::form::FormRevision;
use super::frozen::FrozenSection;

const CATEGORIES: &str = "quota-categories";

/// Codes of `quota-categories` in answers beside which a document stands. A form may call its section and
/// fields as it likes: the dictionary says what the question is about.
pub fn claimed(form: &FormRevision, sections: &[FrozenSection]) -> BTreeSet<String> {
    let mut claimed = BTreeSet::new();
    for sent in sections {
        let Some(section) = form.sections.iter().find(|it| it.id == sent.id) else {
            continue;
        };
        if annotation::documents(&section.schema, &sent.answers).is_empty() {
            continue;
        }
        for place in annotation::places(&section.schema, &sent.answers) {
            if place.schema["x-dictionary"] == CATEGORIES {
                claimed.extend(place.value.as_str().map(str::to_owned));
            }
        }
    }
    claimed
}

#[cfg(test)]
mod tests {
    use super::super::form;
    use super::*;
    use serde_json::{Value, json};

    /// What these answers to the questions about benefits claim.
    fn of(answers: Value) -> Vec<String> {
        let form = form::find("forms/college-state-order/revisions/1").expect("the form");
        let sent = FrozenSection {
            id: "quota".into(),
            answers,
            verified: false,
            version: 1,
            update_time: None,
        };
        claimed(form, &[sent]).into_iter().collect()
    }

    #[test]
    fn a_benefit_is_claimed_by_its_code_beside_a_proof() {
        let row = |category: &str| json!({"category": category, "document": "d/1"});
        let both = json!({"rows": [row("RURAL"), row("ORPHAN")]});
        assert_eq!(of(both), ["ORPHAN", "RURAL"]);
        let bare = json!({"rows": [{"category": "RURAL"}]});
        assert_eq!(of(bare), Vec::<String>::new());
        assert_eq!(of(json!({"none": true})), Vec::<String>::new());
    }
}
