//! What a section's schema may be made of. A form is written by a person and run on everybody's
//! answers, so nothing in it may be large, deep, elsewhere or slow.

use std::collections::BTreeSet;

use chassis::violation::Violations;
use serde_json::Value;

use super::check::Checker;
use super::dictionary::Dictionaries;
use super::form::Content;
use super::labels::Labels;
use super::pattern;
use super::{annotation, dependence, direction, format, limit, seat, specialty_choice};

const MAX_SECTIONS: usize = 20;
const MAX_BYTES: usize = 64 * 1024;
/// How deep schemas are nested in each other: answers may be eight deep.
const MAX_DEPTH: usize = limit::MAX_DEPTH;
const MAX_FIELDS: usize = 200;
/// Long enough for the longest text that anybody should write into a form.
const MAX_TEXT: u64 = 10_000;
const MAX_ROWS: u64 = 100;

/// Every keyword that the checks, the annotations and the frontends know.
const KEYWORDS: [&str; 25] = [
    "$schema",
    "$id",
    "type",
    "properties",
    "items",
    "required",
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
    "minProperties",
    "minimum",
    "maximum",
    "enum",
    "const",
    "format",
    "pattern",
    "not",
    "anyOf",
    "additionalProperties",
    "readOnly",
    "uniqueItems",
    "title",
    "description",
    "$comment",
];

const REFERENCES: [&str; 6] = [
    "$ref",
    "$dynamicRef",
    "$recursiveRef",
    "$anchor",
    "$dynamicAnchor",
    "$defs",
];

/// Everything wrong with a form, by the paths of CreateFormRevision.
pub fn violations(content: &Content, dictionaries: &Dictionaries) -> Violations {
    let mut wrong = Violations::new();
    if content.sections.is_empty() {
        wrong.add("form_revision.sections", "REQUIRED");
    }
    if content.sections.len() > MAX_SECTIONS {
        let max = [("max", MAX_SECTIONS.to_string())];
        wrong.add_with("form_revision.sections", "TOO_MANY", max);
    }
    let mut seen = BTreeSet::new();
    for (at, section) in content.sections.iter().enumerate().take(MAX_SECTIONS) {
        let path = format!("form_revision.sections[{at}]");
        if !chassis::name::is_slug(&section.id) || section.id.len() > 40 {
            wrong.add(format!("{path}.id"), "CODE_INVALID");
        } else if !seen.insert(&section.id) {
            wrong.add(format!("{path}.id"), "VALUE_TWICE");
        }
        if !section.title.is_complete() {
            wrong.add(format!("{path}.title"), "REQUIRED");
        }
        let found = section_violations(&section.schema, dictionaries);
        wrong.extend(super::receive::under(&format!("{path}.schema"), found));
    }
    wrong
}

/// Everything wrong with one schema, by its own paths.
fn section_violations(schema: &Value, dictionaries: &Dictionaries) -> Violations {
    let mut wrong = Violations::new();
    if schema.to_string().len() > MAX_BYTES {
        wrong.add_with("", "TOO_LONG", [("max", MAX_BYTES.to_string())]);
        return wrong;
    }
    if schema["type"] != "object" {
        wrong.add("type", "SCHEMA_INVALID");
    }
    let mut look = Look {
        dictionaries,
        fields: 0,
        wrong,
    };
    look.at(schema, "", 1, Place::Described);
    let mut wrong = look.wrong;
    // What is told so far explains itself; only an unexplained "no" is told as such.
    if wrong.is_empty() && Checker::compiled(schema).is_none() {
        wrong.add("", "SCHEMA_INVALID");
    }
    wrong
}

/// Whether a schema describes a field, or only a condition on one (`not`, `anyOf`).
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Described,
    Condition,
}

struct Look<'a> {
    dictionaries: &'a Dictionaries,
    fields: usize,
    wrong: Violations,
}

impl Look<'_> {
    fn at(&mut self, schema: &Value, path: &str, depth: usize, place: Place) {
        let Value::Object(keywords) = schema else {
            self.add(path, "SCHEMA_INVALID");
            return;
        };
        self.fields += 1;
        if depth > MAX_DEPTH {
            let max = [("max", MAX_DEPTH.to_string())];
            self.wrong.add_with(path, "TOO_DEEP", max);
            return;
        }
        if self.fields > MAX_FIELDS {
            if self.fields == MAX_FIELDS + 1 {
                let max = [("max", MAX_FIELDS.to_string())];
                self.wrong.add_with(path, "TOO_MANY", max);
            }
            return;
        }
        for keyword in keywords.keys() {
            let field = annotation::join(path, &short(keyword));
            if REFERENCES.contains(&keyword.as_str()) {
                self.add(&field, "SCHEMA_REFERENCE");
            } else if !keyword.starts_with("x-") && !KEYWORDS.contains(&keyword.as_str()) {
                self.add(&field, "SCHEMA_KEYWORD_NOT_TAKEN");
            }
        }
        if place == Place::Described {
            self.limits(schema, path);
        }
        self.pattern(schema, path);
        self.below(schema, path, depth, place);
    }

    fn below(&mut self, schema: &Value, path: &str, depth: usize, place: Place) {
        let misplaced = dependence::misplaced(schema).into_iter();
        let misplaced = misplaced.chain(seat::misplaced(schema, path));
        let misplaced = misplaced.chain(specialty_choice::misplaced(schema));
        for field in misplaced.chain(direction::misplaced(schema, path)) {
            self.add(&annotation::join(path, &short(&field)), "SCHEMA_INVALID");
        }
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let path = annotation::join(path, &format!("properties.{}", short(name)));
            if place == Place::Described && !is_field_name(name) {
                self.add(&path, "CODE_INVALID");
            }
            if place == Place::Described && !Labels::in_json(&field["x-label"]).is_complete() {
                self.add(&annotation::join(&path, "x-label"), "REQUIRED");
            }
            self.at(field, &path, depth + 1, place);
        }
        if let Some(items) = schema.get("items") {
            self.at(items, &annotation::join(path, "items"), depth + 1, place);
        }
        if let Some(not) = schema.get("not") {
            let path = annotation::join(path, "not");
            self.at(not, &path, depth + 1, Place::Condition);
        }
        for (at, one) in schema["anyOf"].as_array().into_iter().flatten().enumerate() {
            let path = annotation::join(path, &format!("anyOf[{at}]"));
            self.at(one, &path, depth + 1, Place::Condition);
        }
    }

    /// Every text, list and number has its limit, and every object is closed.
    fn limits(&mut self, schema: &Value, path: &str) {
        let lacks =
            |keyword: &str, most: u64| schema[keyword].as_u64().is_none_or(|limit| limit > most);
        let missing = match schema["type"].as_str() {
            Some("string") if lacks("maxLength", MAX_TEXT) => Some("maxLength"),
            Some("array") if lacks("maxItems", MAX_ROWS) => Some("maxItems"),
            Some("integer" | "number") if !schema["minimum"].is_number() => Some("minimum"),
            Some("integer" | "number") if !schema["maximum"].is_number() => Some("maximum"),
            Some("object") if schema["additionalProperties"] != Value::Bool(false) => {
                Some("additionalProperties")
            }
            Some("string" | "array" | "integer" | "number" | "object" | "boolean") => None,
            _ => {
                self.add(&annotation::join(path, "type"), "SCHEMA_INVALID");
                None
            }
        };
        if let Some(keyword) = missing {
            self.add(&annotation::join(path, keyword), "SCHEMA_LIMIT_MISSING");
        }
        if schema["type"] == "array" && schema.get("items").is_none() {
            self.add(&annotation::join(path, "items"), "REQUIRED");
        }
        self.options(schema, path);
    }

    /// Formats and dictionaries are those that exist.
    fn options(&mut self, schema: &Value, path: &str) {
        if let Some(name) = schema.get("format") {
            let is_known = name.as_str().is_some_and(|it| format::NAMES.contains(&it));
            if !is_known {
                self.add(&annotation::join(path, "format"), "UNKNOWN_VALUE");
            }
        }
        if let Some(name) = schema.get("x-dictionary") {
            let found = name.as_str().and_then(|it| self.dictionaries.find(it));
            if found.is_none() {
                self.add(&annotation::join(path, "x-dictionary"), "UNKNOWN_VALUE");
            }
        }
        if let Some(about) = schema.get("x-document") {
            let has = |list: &str| about[list].as_array().is_some_and(|list| !list.is_empty());
            let size = about["max_size_bytes"].as_u64().unwrap_or_default();
            let is_named = schema["format"] == "document-name";
            if !is_named || !has("kinds") || !has("media_types") || size == 0 || size > MAX_DOCUMENT
            {
                self.add(&annotation::join(path, "x-document"), "SCHEMA_INVALID");
            }
        }
    }

    fn pattern(&mut self, schema: &Value, path: &str) {
        let Some(text) = schema.get("pattern") else {
            return;
        };
        if !text.as_str().is_some_and(pattern::is_safe) {
            self.add(&annotation::join(path, "pattern"), "PATTERN_UNSAFE");
        }
    }

    fn add(&mut self, path: &str, reason: &'static str) {
        if self.wrong.iter().count() < limit::MAX_VIOLATIONS {
            self.wrong.add(path, reason);
        }
    }
}

/// The most bytes that any document may have.
const MAX_DOCUMENT: u64 = 20 * 1024 * 1024;

fn is_field_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// A name that somebody made up is echoed, but not at any length.
fn short(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::super::form;
    use super::*;
    use serde_json::json;

    fn told(schema: &Value) -> Vec<(String, &'static str)> {
        section_violations(schema, Dictionaries::shipped())
            .into_iter()
            .map(|violation| (violation.field, violation.reason))
            .collect()
    }

    fn with(field: Value) -> Value {
        let mut field = field;
        field["x-label"] = json!({"kk": "а", "ru": "а", "en": "a"});
        json!({"type": "object", "additionalProperties": false, "properties": {"f": field}})
    }

    fn reasons(field: Value) -> Vec<(String, &'static str)> {
        let strip = |(field, reason): (String, &'static str)| {
            (field.trim_start_matches("properties.f.").to_owned(), reason)
        };
        told(&with(field)).into_iter().map(strip).collect()
    }

    #[test]
    fn the_forms_that_came_with_the_service_are_taken() {
        for section in form::published()
            .iter()
            .flat_map(|form| form.sections.iter())
        {
            assert_eq!(told(&section.schema), [], "{}", section.id);
        }
    }

    #[test]
    fn a_schema_refers_to_nothing_outside_or_inside() {
        for keyword in ["$ref", "$dynamicRef", "$defs"] {
            let field = json!({"type": "boolean", keyword: "https://example.org/schema.json"});
            assert_eq!(reasons(field), [(keyword.to_owned(), "SCHEMA_REFERENCE")]);
        }
    }

    #[test]
    fn every_wrong_keyword_limit_and_option_is_told_at_once() {
        let schema = json!({
            "type": "object",
            "additionalProperties": false,
            "patternProperties": {},
            "properties": {
                "a": {"type": "string", "x-label": {"kk": "а", "ru": "а", "en": "a"}},
                "b": {"type": "array", "maxItems": 5000, "items": {"type": "strin"}},
                "C d": {"type": "boolean", "x-label": {"kk": "а", "ru": "а", "en": "a"}},
                "e": {"type": "string", "maxLength": 9, "format": "uuid", "x-dictionary": "colours",
                      "x-label": {"kk": "а", "ru": "а", "en": "a"}}
            }
        });
        let mut found = told(&schema);
        found.sort();
        let expected = [
            ("patternProperties", "SCHEMA_KEYWORD_NOT_TAKEN"),
            ("properties.C d", "CODE_INVALID"),
            ("properties.a.maxLength", "SCHEMA_LIMIT_MISSING"),
            ("properties.b.items.type", "SCHEMA_INVALID"),
            ("properties.b.maxItems", "SCHEMA_LIMIT_MISSING"),
            ("properties.b.x-label", "REQUIRED"),
            ("properties.e.format", "UNKNOWN_VALUE"),
            ("properties.e.x-dictionary", "UNKNOWN_VALUE"),
        ];
        assert_eq!(
            found,
            expected.map(|(field, reason)| (field.to_owned(), reason))
        );
    }

    #[test]
    fn patterns_that_can_run_away_are_not_taken() {
        let text = |pattern: &str| json!({"type": "string", "maxLength": 9, "pattern": pattern});
        assert_eq!(reasons(text("^[A-Z]{2}-\\d{2}$")), []);
        for bad in ["(a+)+$", "(?=a)b", "(a)\\1", "a{1,9999}{1,9999}", "["] {
            let found = reasons(text(bad));
            assert_eq!(found, [("pattern".to_owned(), "PATTERN_UNSAFE")], "{bad}");
        }
    }

    #[test]
    fn depth_and_size_are_limited() {
        let nest = |inside: Value, _| {
            json!({"type": "object", "additionalProperties": false, "properties": {
                "f": {"type": "object", "additionalProperties": false, "properties": inside["properties"],
                      "x-label": {"kk": "а", "ru": "а", "en": "a"}}
            }})
        };
        let flat = with(json!({"type": "boolean"}));
        assert_eq!(told(&(0..6).fold(flat.clone(), nest)), []);
        let deep = told(&(0..7).fold(flat, nest));
        assert!(
            deep.iter().any(|(_, reason)| *reason == "TOO_DEEP"),
            "{deep:?}"
        );
        let large = with(json!({"type": "boolean", "description": "ә".repeat(40_000)}));
        assert_eq!(told(&large), [(String::new(), "TOO_LONG")]);
        assert_eq!(
            told(&json!([])).first().map(|it| it.1),
            Some("SCHEMA_INVALID")
        );
    }
}
