//! Regular answers: one spelling for what means the same, so that equal answers are equal bytes.

use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

use super::dictionary::Dictionaries;

/// Trims texts and composes their letters, folds other spellings of a dictionary's code into the
/// code, and leaves out what was sent empty: a frontend may send `""` or `null` for "not given".
pub fn regular(schema: &Value, value: Value, known: &Dictionaries) -> Value {
    match value {
        Value::String(text) => Value::String(regular_text(schema, &text, known)),
        Value::Array(items) => Value::Array(
            items
                .into_iter()
                .map(|item| regular(&schema["items"], item, known))
                .collect(),
        ),
        Value::Object(fields) => Value::Object(regular_fields(schema, fields, known)),
        other => other,
    }
}

fn regular_fields(
    schema: &Value,
    fields: Map<String, Value>,
    known: &Dictionaries,
) -> Map<String, Value> {
    let regular_field = |(name, value): (String, Value)| {
        let value = regular(&schema["properties"][&name], value, known);
        let is_given = !value.is_null() && value.as_str() != Some("");
        is_given.then_some((name, value))
    };
    fields.into_iter().filter_map(regular_field).collect()
}

fn regular_text(schema: &Value, text: &str, known: &Dictionaries) -> String {
    let text: String = text.trim().nfc().collect::<String>().replace("\r\n", "\n");
    let code = schema
        .get("x-dictionary")
        .and_then(Value::as_str)
        .and_then(|name| known.find(name));
    match code.and_then(|dictionary| dictionary.code_of(&text)) {
        Some(code) => code.to_owned(),
        None => text,
    }
}

/// Whether nothing was answered: no value but empty rows and objects.
pub fn is_blank(answers: &Value) -> bool {
    match answers {
        Value::Null => true,
        Value::Object(fields) => fields.values().all(is_blank),
        Value::Array(items) => items.iter().all(is_blank),
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn regular(schema: &Value, value: Value) -> Value {
        super::regular(schema, value, Dictionaries::shipped())
    }
    #[test]
    fn texts_are_trimmed_and_composed_and_empty_ones_left_out() {
        let schema = json!({"properties": {"a": {}, "b": {}, "c": {}}});
        let sent = json!({"a": "  и\u{306}од ", "b": "   ", "c": null});
        assert_eq!(regular(&schema, sent), json!({"a": "йод"}));
    }

    #[test]
    fn other_spellings_become_the_code() {
        let schema = json!({"properties": {"t": {"x-dictionary": "certificate-types"}}});
        assert_eq!(
            regular(&schema, json!({"t": "ҚАЗТЕСТ"})),
            json!({"t": "KAZTEST"})
        );
        assert_eq!(
            regular(&schema, json!({"t": "IELTS"})),
            json!({"t": "IELTS"})
        );
    }

    #[test]
    fn regular_answers_stay_as_they_are() {
        let schema = json!({"properties": {"rows": {"items": {"properties": {"a": {}}}}}});
        let once = regular(
            &schema,
            json!({"rows": [{"a": " x "}, {}], "n": 2015.0, "b": false}),
        );
        assert_eq!(regular(&schema, once.clone()), once);
    }

    #[test]
    fn rows_without_answers_are_blank_and_a_no_is_an_answer() {
        assert!(is_blank(&json!({"rows": [{}, {"a": " "}]})));
        assert!(!is_blank(&json!({"rows": [{"bolashak": false}]})));
    }
}
