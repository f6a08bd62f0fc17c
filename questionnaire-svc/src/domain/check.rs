//! JSON Schema over answers: two validators from one schema, and its errors in our words.
//!
//! *Draft*: what is given must be right. The keywords that ask for presence are taken out, so an
//! unfinished section can be saved. *Complete*: the schema as it is written.

use chassis::violation::{Violation, Violations};
use jsonschema::error::ValidationErrorKind as Error;
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::Value;

use super::annotation::{self, Place};
use super::dependence;
use super::dictionary::Dictionaries;
use super::format;
use super::limit::MAX_VIOLATIONS;

/// The keywords that ask for presence. `anyOf` stands in our forms for "one of these is given".
const OF_PRESENCE: [&str; 5] = [
    "required",
    "minItems",
    "minLength",
    "minProperties",
    "anyOf",
];

/// How much memory a compiled pattern may take.
const MAX_PATTERN_BYTES: usize = 256 * 1024;

/// A schema compiled once.
pub struct Checker {
    schema: Value,
    draft: Validator,
    complete: Validator,
}

impl Checker {
    /// # Panics
    /// Where the schema is not a schema: for forms that are compiled in, so it is a bug.
    pub fn new(schema: &Value) -> Self {
        Self::compiled(schema).expect("a section of a form is a JSON Schema")
    }

    /// `None` where the schema is not a schema, or has a pattern that needs to go back and forth.
    pub fn compiled(schema: &Value) -> Option<Self> {
        Some(Self {
            schema: schema.clone(),
            draft: compile(&without_presence(schema))?,
            complete: compile(schema)?,
        })
    }

    /// What is wrong about what is given.
    pub fn wrong(&self, answers: &Value, dictionaries: &Dictionaries) -> Violations {
        let mut wrong = self.told(&self.draft, answers);
        for place in annotation::places(&self.schema, answers) {
            if let Some(reason) = wrong_code(&place, dictionaries) {
                wrong.push(violation(place.field, reason));
            }
        }
        wrong.extend(dependence::wrong(&self.schema, answers, dictionaries));
        gathered(wrong)
    }

    /// What is still missing, beyond what is wrong.
    pub fn missing(&self, answers: &Value) -> Violations {
        let wrong = self.told(&self.draft, answers);
        let mut all = self.told(&self.complete, answers);
        all.retain(|violation| !wrong.contains(violation));
        all.extend(dependence::missing(&self.schema, answers));
        gathered(all)
    }

    fn told(&self, validator: &Validator, answers: &Value) -> Vec<Violation> {
        let errors = validator.iter_errors(answers).take(MAX_VIOLATIONS);
        errors
            .flat_map(|error| self.in_our_words(&error, answers))
            .collect()
    }

    fn in_our_words(&self, error: &ValidationError<'_>, answers: &Value) -> Vec<Violation> {
        let field = path(error.instance_path().as_str(), answers);
        if let Some(named) = self.named_violation(error, &field) {
            return vec![named];
        }
        match error.kind() {
            Error::AdditionalProperties { unexpected }
            | Error::UnevaluatedProperties { unexpected } => {
                let unknown = |name: &String| {
                    violation(annotation::join(&field, &short(name)), "UNKNOWN_FIELD")
                };
                unexpected.iter().map(unknown).collect()
            }
            Error::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                vec![violation(annotation::join(&field, name), "REQUIRED")]
            }
            kind => {
                let (reason, limit) = reason_of(kind, error.instance());
                vec![Violation {
                    field,
                    reason,
                    args: limit.into_iter().collect(),
                }]
            }
        }
    }

    /// The violation that the form itself names for a keyword, as `x-violations`.
    fn named_violation(&self, error: &ValidationError<'_>, field: &str) -> Option<Violation> {
        let (parent, keyword) = error.schema_path().as_str().rsplit_once('/')?;
        let named = self
            .schema
            .pointer(parent)?
            .get("x-violations")?
            .get(keyword)?;
        let reason = match named["reason"].as_str()? {
            "END_OR_PRESENT" => "END_OR_PRESENT",
            "QUOTA_OR_NONE" => "QUOTA_OR_NONE",
            "REQUIRED" => "REQUIRED",
            _ => "INVALID_FORMAT",
        };
        Some(violation(
            annotation::join(field, named["field"].as_str()?),
            reason,
        ))
    }
}

fn reason_of(kind: &Error, value: &Value) -> (&'static str, Option<(&'static str, String)>) {
    let max = |limit: &dyn ToString| Some(("max", limit.to_string()));
    let min = |limit: &dyn ToString| Some(("min", limit.to_string()));
    match kind {
        Error::Format { format } => {
            let reason = value
                .as_str()
                .and_then(|text| format::check(format, text).err());
            (reason.unwrap_or("INVALID_FORMAT"), None)
        }
        Error::MaxLength { limit } => ("TOO_LONG", max(limit)),
        Error::MaxItems { limit } | Error::MaxProperties { limit } => ("TOO_MANY", max(limit)),
        Error::MinLength { limit } => ("TOO_SHORT", min(limit)),
        Error::MinItems { .. } | Error::MinProperties { .. } => ("REQUIRED", None),
        Error::Maximum { limit } | Error::ExclusiveMaximum { limit } => {
            ("OUT_OF_RANGE", max(limit))
        }
        Error::Minimum { limit } | Error::ExclusiveMinimum { limit } => {
            ("OUT_OF_RANGE", min(limit))
        }
        Error::Type { .. } => ("WRONG_TYPE", None),
        Error::Enum { .. } | Error::Constant { .. } => ("UNKNOWN_VALUE", None),
        _ => ("INVALID_FORMAT", None),
    }
}

/// Why a code can't be chosen.
fn wrong_code(place: &Place<'_>, dictionaries: &Dictionaries) -> Option<&'static str> {
    let name = place.schema.get("x-dictionary").and_then(Value::as_str)?;
    let code = place.value.as_str()?;
    match dictionaries.find(name).and_then(|found| found.entry(code)) {
        None => Some("UNKNOWN_VALUE"),
        Some(entry) if entry.retired => Some("OPTION_RETIRED"),
        Some(entry) => {
            // Only the options of a group, where the form asks for one.
            let tag = place.schema.get("x-dictionary-tag")?.as_str()?;
            let is_tagged = entry.tags.iter().any(|has| has == tag);
            (!is_tagged).then_some("UNKNOWN_VALUE")
        }
    }
}

/// `/rows/2/start_date` → `rows[2].start_date`, by the answers it points into.
fn path(pointer: &str, answers: &Value) -> String {
    let mut at = answers;
    let mut field = String::new();
    for step in pointer.split('/').skip(1) {
        let name = step.replace("~1", "/").replace("~0", "~");
        if let (Value::Array(items), Ok(index)) = (at, name.parse::<usize>()) {
            field = format!("{field}[{index}]");
            at = items.get(index).unwrap_or(&Value::Null);
        } else {
            field = annotation::join(&field, &short(&name));
            at = &at[name.as_str()];
        }
    }
    field
}

/// A name that the client made up is echoed, but not at any length.
fn short(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

fn violation(field: String, reason: &'static str) -> Violation {
    Violation {
        field,
        reason,
        args: Vec::new(),
    }
}

/// Each violation once, in the order found, and not more than are worth telling.
fn gathered(found: Vec<Violation>) -> Violations {
    let mut told = Vec::new();
    for violation in found {
        if told.len() < MAX_VIOLATIONS && !told.contains(&violation) {
            told.push(violation);
        }
    }
    let mut all = Violations::new();
    told.into_iter().for_each(|violation| all.push(violation));
    all
}

/// Patterns run on an engine whose time grows with the text and no faster.
fn compile(schema: &Value) -> Option<Validator> {
    let mut options = jsonschema::options()
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex().size_limit(MAX_PATTERN_BYTES));
    for name in format::NAMES {
        options = options.with_format(name, move |text: &str| format::check(name, text).is_ok());
    }
    options.build(schema).ok()
}

/// The schema without the keywords that ask for presence; `not` keeps its own.
fn without_presence(schema: &Value) -> Value {
    let Value::Object(keywords) = schema else {
        return schema.clone();
    };
    let keep = |(keyword, value): (&String, &Value)| {
        let value = match (keyword.as_str(), value) {
            ("properties", Value::Object(fields)) => fields
                .iter()
                .map(|(name, field)| (name.clone(), without_presence(field)))
                .collect(),
            ("items", value) => without_presence(value),
            (_, value) => value.clone(),
        };
        (keyword.clone(), value)
    };
    keywords
        .iter()
        .filter(|(keyword, _)| !OF_PRESENCE.contains(&keyword.as_str()))
        .map(keep)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(violations: &Violations) -> Vec<(String, &'static str)> {
        violations
            .iter()
            .map(|violation| (violation.field.clone(), violation.reason))
            .collect()
    }

    fn checker() -> Checker {
        Checker::new(&json!({
            "type": "object",
            "properties": {
                "name": {"type": "string", "format": "line", "minLength": 1, "maxLength": 5},
                "rows": {"type": "array", "minItems": 1, "maxItems": 2, "items": {
                    "type": "object",
                    "properties": {"year": {"type": "integer", "minimum": 1950, "maximum": 2100}},
                    "required": ["year"],
                    "additionalProperties": false
                }}
            },
            "required": ["name", "rows"],
            "additionalProperties": false
        }))
    }

    fn wrong(answers: &Value) -> Violations {
        checker().wrong(answers, Dictionaries::shipped())
    }

    #[test]
    fn a_draft_may_lack_what_a_complete_section_needs() {
        let answers = json!({"rows": [{}]});
        assert!(wrong(&answers).is_empty());
        let missing = told(&checker().missing(&answers));
        assert_eq!(
            missing,
            [
                ("name".into(), "REQUIRED"),
                ("rows[0].year".into(), "REQUIRED")
            ]
        );
    }

    #[test]
    fn everything_wrong_is_told_at_once_and_by_its_path() {
        let answers =
            json!({"name": "too long", "rows": [{"year": 1890}, {"year": "x", "b/c": 1}], "z": 1});
        let mut found = told(&wrong(&answers));
        found.sort();
        let expected = [
            ("name", "TOO_LONG"),
            ("rows[0].year", "OUT_OF_RANGE"),
            ("rows[1].b/c", "UNKNOWN_FIELD"),
            ("rows[1].year", "WRONG_TYPE"),
            ("z", "UNKNOWN_FIELD"),
        ];
        assert_eq!(
            found,
            expected.map(|(field, reason)| (field.to_owned(), reason))
        );
    }

    #[test]
    fn a_whole_number_may_come_as_a_double() {
        assert!(wrong(&json!({"rows": [{"year": 2015.0}]})).is_empty());
        assert!(!wrong(&json!({"rows": [{"year": 2015.5}]})).is_empty());
    }

    #[test]
    fn too_many_rows_are_wrong_and_no_rows_are_missing() {
        let three = json!({"name": "a", "rows": [{"year": 2000}, {"year": 2000}, {"year": 2000}]});
        assert_eq!(told(&wrong(&three)), [("rows".into(), "TOO_MANY")]);
        assert_eq!(
            told(&checker().missing(&json!({"name": "a", "rows": []}))),
            [("rows".into(), "REQUIRED")]
        );
    }

    #[test]
    fn names_made_up_by_the_client_are_echoed_shortened() {
        let found = wrong(&json!({"y".repeat(500): 1}));
        assert_eq!(told(&found), [("y".repeat(64), "UNKNOWN_FIELD")]);
    }
}
