//! Fields that go by what another field of the same object was answered: asked only then
//! (`x-only-when`), with the options that belong to it (`x-parent`).

use chassis::violation::Violation;
use serde_json::Value;

use super::annotation::{self, Place};
use super::dictionary::Dictionaries;

/// What is given and not asked for, and options that belong to another answer.
pub fn wrong(schema: &Value, answers: &Value, dictionaries: &Dictionaries) -> Vec<Violation> {
    let mut found = Vec::new();
    for place in annotation::places(schema, answers) {
        for (name, field) in fields(&place) {
            let Some(value) = place.value.get(name) else {
                continue;
            };
            let path = annotation::join(&place.field, name);
            if is_asked(field, place.value) == Some(false) {
                found.push(violation(path, "NOT_ASKED"));
            } else if is_of_another(field, value, place.value, dictionaries) {
                found.push(violation(path, "UNKNOWN_VALUE"));
            }
        }
    }
    found
}

/// What is asked for by the other answer, and lacks.
pub fn missing(schema: &Value, answers: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    for place in annotation::places(schema, answers) {
        for (name, field) in fields(&place) {
            if place.value.get(name).is_none() && is_asked(field, place.value) == Some(true) {
                let path = annotation::join(&place.field, name);
                found.push(violation(path, "REQUIRED"));
            }
        }
    }
    found
}

/// The annotations of an object that name a field that it does not have, or don't say when: by the
/// paths of the schema.
pub fn misplaced(schema: &Value) -> Vec<String> {
    let has = |name: &Value| {
        let named = name.as_str().and_then(|it| schema["properties"].get(it));
        named.is_some()
    };
    let mut wrong = Vec::new();
    if let Some(order) = schema.get("x-order") {
        let listed = order.as_array().map(Vec::as_slice).unwrap_or_default();
        let count = schema["properties"].as_object().map_or(0, |it| it.len());
        let is_twice = |(at, name): (usize, &Value)| listed[..at].contains(name);
        if listed.len() != count
            || !listed.iter().all(has)
            || listed.iter().enumerate().any(is_twice)
        {
            wrong.push("x-order".to_owned());
        }
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let path = |keyword: &str| format!("properties.{name}.{keyword}");
        if let Some(when) = field.get("x-only-when") {
            let lists = [&when["in"], &when["not_in"]];
            let given = lists.iter().filter(|list| list.is_array()).count();
            if given != 1 || !has(&when["field"]) || when["field"] == **name {
                wrong.push(path("x-only-when"));
            }
        }
        if let Some(parent) = field.get("x-parent")
            && (!has(parent) || field.get("x-dictionary").is_none())
        {
            wrong.push(path("x-parent"));
        }
        if field
            .get("x-dictionary-tag")
            .is_some_and(|tag| !tag.is_string())
        {
            wrong.push(path("x-dictionary-tag"));
        }
    }
    wrong
}

fn fields<'a>(place: &Place<'a>) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let described = place.value.is_object().then(|| &place.schema["properties"]);
    let fields = described.and_then(Value::as_object);
    fields
        .into_iter()
        .flatten()
        .map(|(name, field)| (name.as_str(), field))
}

/// `None` where the field is asked always, or the other one was not answered yet.
fn is_asked(field: &Value, siblings: &Value) -> Option<bool> {
    let when = field.get("x-only-when")?;
    let other = siblings.get(when["field"].as_str()?)?;
    if let Some(codes) = when["in"].as_array() {
        return Some(codes.contains(other));
    }
    Some(!when["not_in"].as_array()?.contains(other))
}

/// Whether the chosen option belongs to another answer than the one that was given.
fn is_of_another(
    field: &Value,
    value: &Value,
    siblings: &Value,
    dictionaries: &Dictionaries,
) -> bool {
    let text = |field: &Value, name: &str| field.get(name)?.as_str().map(str::to_owned);
    let look = || {
        let sibling = text(siblings, &text(field, "x-parent")?)?;
        let dictionary = dictionaries.find(&text(field, "x-dictionary")?)?;
        let entry = dictionary.entry(value.as_str()?)?;
        Some(entry.parent.as_deref() != Some(sibling.as_str()))
    };
    look().unwrap_or_default()
}

fn violation(field: String, reason: &'static str) -> Violation {
    Violation {
        field,
        reason,
        args: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Value {
        json!({"properties": {
            "kind": {"x-dictionary": "subject-kinds"},
            "subject": {"x-dictionary": "subjects", "x-parent": "kind",
                        "x-only-when": {"field": "kind", "in": ["GENERAL"]}},
            "until": {"x-only-when": {"field": "kind", "not_in": ["GENERAL"]}},
            "region": {"x-dictionary": "regions"},
            "institution": {"x-dictionary": "universities", "x-parent": "region"}
        }})
    }

    fn told(found: Vec<Violation>) -> Vec<(String, &'static str)> {
        found.into_iter().map(|it| (it.field, it.reason)).collect()
    }

    fn is_wrong(answers: &Value) -> Vec<(String, &'static str)> {
        told(wrong(&schema(), answers, Dictionaries::shipped()))
    }

    fn is_missing(answers: &Value) -> Vec<(String, &'static str)> {
        told(missing(&schema(), answers))
    }

    #[test]
    fn a_field_is_asked_by_the_answer_it_depends_on_and_only_then() {
        assert_eq!(is_missing(&json!({})), []);
        let general = json!({"kind": "GENERAL"});
        assert_eq!(is_missing(&general), [("subject".into(), "REQUIRED")]);
        let special = json!({"kind": "SPECIAL"});
        assert_eq!(is_missing(&special), [("until".into(), "REQUIRED")]);
        let both = json!({"kind": "SPECIAL", "subject": "PHYSICS", "until": "x"});
        assert_eq!(is_wrong(&both), [("subject".into(), "NOT_ASKED")]);
        assert_eq!(is_wrong(&json!({"subject": "PHYSICS"})), []);
        let right = json!({"kind": "GENERAL", "subject": "PHYSICS"});
        assert_eq!((is_wrong(&right), is_missing(&right)), (vec![], vec![]));
    }

    #[test]
    fn an_option_belongs_to_the_answer_that_was_given() {
        let of = |region: &str| json!({"region": region, "institution": "KAZNPU"});
        assert_eq!(is_wrong(&of("KZ-75")), []);
        assert_eq!(
            is_wrong(&of("KZ-71")),
            [("institution".into(), "UNKNOWN_VALUE")]
        );
        // What is no option at all is told by the dictionary, and once.
        assert_eq!(
            is_wrong(&json!({"region": "KZ-71", "institution": "?"})),
            []
        );
    }

    #[test]
    fn annotations_that_name_nothing_are_misplaced() {
        assert_eq!(misplaced(&schema()), [""; 0]);
        let wrong = json!({"x-order": ["a", "a"], "properties": {
            "a": {"x-only-when": {"field": "a", "in": []}},
            "b": {"x-only-when": {"field": "a"}, "x-parent": "z", "x-dictionary-tag": 1}
        }});
        let expected = [
            "x-order",
            "properties.a.x-only-when",
            "properties.b.x-only-when",
            "properties.b.x-parent",
            "properties.b.x-dictionary-tag",
        ];
        assert_eq!(misplaced(&wrong), expected);
    }
}
