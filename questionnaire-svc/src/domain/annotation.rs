//! A walk over a schema and the answers beside it, for the annotations that JSON Schema ignores.

use serde_json::Value;

/// One value of the answers with the schema it is described by.
pub struct Place<'a> {
    /// Where it is: `rows[2].start_date`.
    pub field: String,
    pub schema: &'a Value,
    pub value: &'a Value,
}

/// A document that the answers name, and what the form asks of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentReference {
    pub field: String,
    pub name: String,
    pub kinds: Vec<String>,
}

/// Every value of the answers that the schema describes, outermost first.
pub fn places<'a>(schema: &'a Value, answers: &'a Value) -> Vec<Place<'a>> {
    let mut found = Vec::new();
    walk(schema, answers, String::new(), &mut found);
    found
}

fn walk<'a>(schema: &'a Value, value: &'a Value, field: String, found: &mut Vec<Place<'a>>) {
    match value {
        Value::Object(fields) => {
            for (name, inside) in fields {
                if let Some(described) = schema["properties"].get(name) {
                    walk(described, inside, join(&field, name), found);
                }
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                walk(&schema["items"], item, format!("{field}[{at}]"), found);
            }
        }
        _ => {}
    }
    found.push(Place {
        field,
        schema,
        value,
    });
}

/// The path of a field inside the one at `path`.
pub fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// The documents that the answers name.
pub fn documents(schema: &Value, answers: &Value) -> Vec<DocumentReference> {
    let reference = |place: Place<'_>| {
        let rule = place.schema.get("x-document")?;
        let kinds = rule["kinds"].as_array()?.iter().filter_map(Value::as_str);
        Some(DocumentReference {
            name: place.value.as_str()?.to_owned(),
            kinds: kinds.map(str::to_owned).collect(),
            field: place.field,
        })
    };
    places(schema, answers)
        .into_iter()
        .filter_map(reference)
        .collect()
}
