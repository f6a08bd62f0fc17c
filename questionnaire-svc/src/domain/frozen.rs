//! An application as it was sent: everything a decision is about, in one canonical text with a
//! hash over it, so that nobody can say later that something else was decided on.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::document::Document;
use super::eligibility::Check;
use super::experience::Experience;

/// Everything of a submission that never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frozen {
    pub application: String,
    pub applicant: String,
    pub number: u32,
    pub submit_time: Timestamp,
    pub form_revision: String,
    /// The version of the campaign that it is judged by; 1 for those sent before there were several.
    #[serde(default = "first")]
    pub campaign_version: i64,
    /// In the order of the form.
    pub sections: Vec<FrozenSection>,
    pub documents: Vec<FrozenDocument>,
    pub checks: Vec<FrozenCheck>,
    pub experience: Experience,
    pub accepted_declarations: Vec<String>,
}

fn first() -> i64 {
    1
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct FrozenSection {
    pub id: String,
    pub answers: Value,
    pub verified: bool,
    pub version: i64,
    pub update_time: Option<Timestamp>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct FrozenDocument {
    pub name: String,
    pub section: String,
    pub kind: String,
    pub file_name: String,
    pub media_type: String,
    pub size_bytes: u64,
    pub sha256: String,
    pub version: i64,
    pub create_time: Timestamp,
    pub upload_time: Option<Timestamp>,
}

/// A check with the id of its explanation: the reader's language fills it later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenCheck {
    pub rule: String,
    pub outcome: String,
    pub explanation: String,
    pub facts: BTreeMap<String, String>,
}

impl From<&Check> for FrozenCheck {
    fn from(check: &Check) -> Self {
        let fact = |(name, value): &(&'static str, String)| ((*name).to_owned(), value.clone());
        Self {
            rule: check.rule.code().to_owned(),
            outcome: check.outcome.code().to_owned(),
            explanation: check.explanation.to_owned(),
            facts: check.facts.iter().map(fact).collect(),
        }
    }
}

impl FrozenDocument {
    pub fn of(
        document: &Document,
        version: i64,
        create_time: Timestamp,
        upload_time: Option<Timestamp>,
    ) -> Self {
        Self {
            name: document.name.clone(),
            section: document.section.clone(),
            kind: document.kind.clone(),
            file_name: document.file_name.clone(),
            media_type: document.media_type.clone(),
            size_bytes: document.size_bytes,
            sha256: document.sha256.clone(),
            version,
            create_time,
            upload_time,
        }
    }
}

/// The only way to write a value: no white space, the fields of every object in the order of
/// their names, whatever the order they came in.
pub fn canonical(value: &Value) -> String {
    sorted(value).to_string()
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(fields) => {
            let mut names: Vec<_> = fields.keys().collect();
            names.sort_unstable();
            let field = |name: &String| (name.clone(), sorted(&fields[name]));
            Value::Object(names.into_iter().map(field).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

// Answers and file names are personal: a printed submission shows where they are, not what they say.
impl std::fmt::Debug for FrozenSection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FrozenSection({}, v{}, ***)", self.id, self.version)
    }
}

impl std::fmt::Debug for FrozenDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FrozenDocument({}, {}, ***)", self.name, self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_same_content_is_written_the_same_way_in_whatever_order_it_came() {
        let mut one = Map::new();
        one.insert("b".into(), json!([{"y": 1, "x": "ә"}]));
        one.insert("a".into(), json!(null));
        let other = json!({"a": null, "b": [{"x": "ә", "y": 1}]});
        assert_eq!(canonical(&Value::Object(one)), canonical(&other));
        assert_eq!(canonical(&other), r#"{"a":null,"b":[{"x":"ә","y":1}]}"#);
    }

    #[test]
    fn a_printed_section_does_not_show_its_answers() {
        let section = FrozenSection {
            id: "personal".into(),
            answers: json!({"phone": "+77010000000"}),
            verified: false,
            version: 1,
            update_time: None,
        };
        assert!(!format!("{section:?}").contains("7701"));
    }
}
