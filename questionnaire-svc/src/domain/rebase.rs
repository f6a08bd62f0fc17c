//! Answers moved from one revision of a form to another. What has no place any more is kept aside.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::annotation::join;

/// An answer without a place in the form.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct SetAside {
    pub section: String,
    /// `rows[0].salary`; empty for a whole section.
    pub field: String,
    pub answer: Value,
}

impl std::fmt::Debug for SetAside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SetAside({}, {}, ***)", self.section, self.field)
    }
}

/// The answers of a section as far as the new schema has a place for them; the rest goes aside.
/// A value that is wrong only by its length, number or option stays: it is told as a problem, and
/// nobody knows better than the person how to put it right.
pub fn moved(section: &str, schema: &Value, answers: Value) -> (Value, Vec<SetAside>) {
    let mut aside = Vec::new();
    let kept = fit(schema, answers, "", &mut |field, answer| {
        aside.push(SetAside {
            section: section.to_owned(),
            field,
            answer,
        });
    });
    (kept.unwrap_or_else(|| Value::Object(Map::new())), aside)
}

/// A whole section that the form has no more.
pub fn whole(section: &str, answers: Value) -> SetAside {
    SetAside {
        section: section.to_owned(),
        field: String::new(),
        answer: answers,
    }
}

/// The value where it is of the schema's type, with what fits inside.
fn fit(
    schema: &Value,
    value: Value,
    path: &str,
    aside: &mut impl FnMut(String, Value),
) -> Option<Value> {
    if !is_of_type(schema["type"].as_str().unwrap_or_default(), &value) {
        aside(path.to_owned(), value);
        return None;
    }
    Some(match value {
        Value::Object(fields) => {
            let mut kept = Map::new();
            for (name, value) in fields {
                let path = join(path, &name);
                match schema["properties"].get(&name) {
                    Some(inner) => {
                        if let Some(value) = fit(inner, value, &path, aside) {
                            kept.insert(name, value);
                        }
                    }
                    None => aside(path, value),
                }
            }
            Value::Object(kept)
        }
        Value::Array(items) => {
            let mut kept = Vec::new();
            for (at, item) in items.into_iter().enumerate() {
                kept.extend(fit(&schema["items"], item, &format!("{path}[{at}]"), aside));
            }
            Value::Array(kept)
        }
        other => other,
    })
}

fn is_of_type(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn schema() -> Value {
        json!({"type": "object", "properties": {
            "name": {"type": "string"},
            "year": {"type": "integer"},
            "rows": {"type": "array", "items": {"type": "object", "properties": {
                "title": {"type": "string"}
            }}}
        }})
    }

    #[test]
    fn what_has_a_place_stays_and_the_rest_is_kept_aside_with_its_path() {
        let answers = json!({
            "name": "x", "year": "2017", "salary": 5,
            "rows": [{"title": "a", "old": true}, {"title": 1}, "?"]
        });
        let (kept, aside) = moved("education", &schema(), answers);
        assert_eq!(kept, json!({"name": "x", "rows": [{"title": "a"}, {}]}));
        let told: Vec<_> = aside
            .iter()
            .map(|it| (it.field.as_str(), it.answer.clone()))
            .collect();
        let expected = [
            ("rows[0].old", json!(true)),
            ("rows[1].title", json!(1)),
            ("rows[2]", json!("?")),
            ("salary", json!(5)),
            ("year", json!("2017")),
        ];
        let mut sorted = told;
        sorted.sort_by_key(|(field, _)| *field);
        assert_eq!(sorted, expected);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            (-9..9i64).prop_map(Value::from),
            "[a-z]{0,3}".prop_map(Value::from),
        ];
        let name =
            prop_oneof!["name", "year", "rows", "title", "other"].prop_map(|it| it.to_owned());
        leaf.prop_recursive(3, 24, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(name.clone(), inner, 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    fn leaves(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => fields.values().for_each(|it| leaves(it, found)),
            Value::Array(items) => items.iter().for_each(|it| leaves(it, found)),
            other => found.push(other.to_string()),
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost(answers in any_json()) {
            let (kept, aside) = moved("s", &schema(), answers.clone());
            let (mut before, mut after) = (Vec::new(), Vec::new());
            leaves(&answers, &mut before);
            leaves(&kept, &mut after);
            aside.iter().for_each(|it| leaves(&it.answer, &mut after));
            before.sort();
            after.sort();
            prop_assert_eq!(before, after);
        }

        #[test]
        fn what_fits_stays_as_it_is(answers in any_json()) {
            let (kept, _) = moved("s", &schema(), answers);
            let (again, aside) = moved("s", &schema(), kept.clone());
            prop_assert_eq!(again, kept);
            prop_assert!(aside.is_empty());
        }
    }
}
