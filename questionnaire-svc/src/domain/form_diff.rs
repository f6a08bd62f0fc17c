//! What changed from one revision of a form to another, field by field.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::annotation::join;
use super::form::{FormRevision, SectionForm};
use super::labels::Labels;

/// One change. `before` and `after` are told where they are short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub kind: ChangeKind,
    pub section: String,
    /// `rows[].graduation_year`; empty for the section itself.
    pub field: String,
    pub title: Labels,
    pub before: String,
    pub after: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChangeKind {
    SectionAdded,
    SectionRemoved,
    FieldAdded,
    FieldRemoved,
    TypeChanged,
    MadeRequired,
    MadeOptional,
    OptionsChanged,
    LimitsChanged,
    TextChanged,
}

/// A field of a form as far as a change of it matters to who fills it.
struct Field {
    path: String,
    title: Labels,
    kind: String,
    is_required: bool,
    options: String,
    limits: String,
    texts: String,
}

/// The changes, in the order of the later form; what is gone comes after what is there.
pub fn changes(before: &FormRevision, after: &FormRevision) -> Vec<Change> {
    let mut found = Vec::new();
    for section in &after.sections {
        match before.section(&section.id) {
            Some(old) => section_changes(old, section, &mut found),
            None => found.push(of_section(ChangeKind::SectionAdded, section)),
        }
    }
    for section in &before.sections {
        if after.section(&section.id).is_none() {
            found.push(of_section(ChangeKind::SectionRemoved, section));
        }
    }
    found
}

fn of_section(kind: ChangeKind, section: &SectionForm) -> Change {
    Change {
        kind,
        section: section.id.clone(),
        field: String::new(),
        title: section.title.clone(),
        before: String::new(),
        after: String::new(),
    }
}

fn section_changes(old: &SectionForm, new: &SectionForm, found: &mut Vec<Change>) {
    if old.required != new.required {
        found.push(of_section(required(new.required), new));
    }
    if old.title != new.title {
        found.push(of_section(ChangeKind::TextChanged, new));
    }
    let (before, after) = (fields(old), fields(new));
    for field in &after {
        match before.iter().find(|other| other.path == field.path) {
            Some(other) => field_changes(&new.id, other, field, found),
            None => found.push(of_field(ChangeKind::FieldAdded, &new.id, field)),
        }
    }
    for field in &before {
        if !after.iter().any(|other| other.path == field.path) {
            found.push(of_field(ChangeKind::FieldRemoved, &new.id, field));
        }
    }
}

fn of_field(kind: ChangeKind, section: &str, field: &Field) -> Change {
    Change {
        kind,
        section: section.to_owned(),
        field: field.path.clone(),
        title: field.title.clone(),
        before: String::new(),
        after: String::new(),
    }
}

fn field_changes(section: &str, old: &Field, new: &Field, found: &mut Vec<Change>) {
    let differing = [
        (ChangeKind::TypeChanged, &old.kind, &new.kind),
        (ChangeKind::OptionsChanged, &old.options, &new.options),
        (ChangeKind::LimitsChanged, &old.limits, &new.limits),
        (ChangeKind::TextChanged, &old.texts, &new.texts),
    ];
    for (kind, before, after) in differing {
        if before != after {
            // Texts are long and in three languages: the title tells the new one.
            let told = |text: &String| match kind {
                ChangeKind::TextChanged => String::new(),
                _ => text.chars().take(200).collect(),
            };
            found.push(Change {
                before: told(before),
                after: told(after),
                ..of_field(kind, section, new)
            });
        }
    }
    if old.is_required != new.is_required {
        found.push(of_field(required(new.is_required), section, new));
    }
}

fn required(is_required: bool) -> ChangeKind {
    if is_required {
        ChangeKind::MadeRequired
    } else {
        ChangeKind::MadeOptional
    }
}

/// Every field of a section, in its order, rows and their fields included.
fn fields(section: &SectionForm) -> Vec<Field> {
    let mut found = Vec::new();
    gather(&section.schema, "", &mut found);
    found
}

fn gather(schema: &Value, path: &str, found: &mut Vec<Field>) {
    let required = &schema["required"];
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let is_required = required
            .as_array()
            .is_some_and(|names| names.iter().any(|it| it == name));
        let path = join(path, name);
        found.push(described(path.clone(), field, is_required));
        gather(field, &path, found);
        if field["items"].is_object() {
            gather(&field["items"], &format!("{path}[]"), found);
        }
    }
}

fn described(path: String, field: &Value, is_required: bool) -> Field {
    let told = |keywords: &[&str]| {
        let parts = keywords
            .iter()
            .filter_map(|keyword| Some(format!("{keyword}: {}", field.get(*keyword)?)));
        parts.collect::<Vec<_>>().join(", ")
    };
    let kind = |schema: &Value| schema["type"].as_str().unwrap_or_default().to_owned();
    let kind = match kind(field).as_str() {
        "array" => format!("array of {}", kind(&field["items"])),
        other => other.to_owned(),
    };
    Field {
        path,
        title: Labels::in_json(&field["x-label"]),
        kind,
        is_required,
        options: told(&["x-dictionary", "enum", "const"]),
        limits: told(&[
            "minLength",
            "maxLength",
            "minimum",
            "maximum",
            "minItems",
            "maxItems",
            "format",
            "pattern",
            "x-document",
        ]),
        texts: told(&["x-label", "x-help", "x-placeholder"]),
    }
}

#[cfg(test)]
pub mod tests {
    use super::super::form::{Content, SectionContent, published};
    use super::*;
    use serde_json::json;

    /// The Reserve's form, changed.
    pub fn changed(change: impl FnOnce(&mut Vec<SectionContent>)) -> FormRevision {
        let form = &published()[0];
        let section = |section: &SectionForm| SectionContent {
            id: section.id.clone(),
            title: section.title.clone(),
            required: section.required,
            schema: section.schema.clone(),
        };
        let mut sections: Vec<_> = form.sections.iter().map(section).collect();
        change(&mut sections);
        let content = Content {
            programme: form.programme.clone(),
            title: form.title.clone(),
            intro: form.intro.clone(),
            sections,
        };
        FormRevision::compiled(&form.form, 2, content).expect("a form")
    }

    fn told(after: &FormRevision) -> Vec<(ChangeKind, String)> {
        changes(&published()[0], after)
            .into_iter()
            .map(|change| {
                let place = format!("{}.{}", change.section, change.field);
                (change.kind, place.trim_end_matches('.').to_owned())
            })
            .collect()
    }

    #[test]
    fn a_form_does_not_differ_from_itself() {
        assert_eq!(told(&changed(|_| ())), []);
    }

    #[test]
    fn each_kind_of_change_is_told_with_its_place() {
        let after = changed(|sections| {
            let personal = &mut sections[0].schema;
            personal["properties"]["address"]["maxLength"] = json!(300);
            personal["properties"]["sex"]["x-dictionary"] = json!("cefr-levels");
            personal["properties"]["phone"]["x-label"]["en"] = json!("Telephone");
            let rows = &mut sections[1].schema["properties"]["rows"]["items"];
            rows["properties"]["graduation_year"] = json!({"type": "string", "maxLength": 4, "x-label": {"kk": "а", "ru": "б", "en": "c"}});
            rows["properties"]
                .as_object_mut()
                .expect("fields")
                .remove("bolashak");
            let required = rows["required"].as_array_mut().expect("names");
            required.retain(|name| name != "bolashak" && name != "specialty");
            sections[4].required = true;
            sections.remove(2);
        });
        use ChangeKind::*;
        let found = told(&after);
        let expected = [
            (LimitsChanged, "personal.address"),
            (OptionsChanged, "personal.sex"),
            (TextChanged, "personal.phone"),
            (TypeChanged, "education.rows[].graduation_year"),
            (MadeOptional, "education.rows[].specialty"),
            (FieldRemoved, "education.rows[].bolashak"),
            (MadeRequired, "additional"),
            (SectionRemoved, "certificate"),
        ];
        for (kind, place) in expected {
            assert!(
                found.contains(&(kind, place.to_owned())),
                "{kind:?} {place}: {found:?}"
            );
        }
        let back = changes(&after, &published()[0]);
        assert!(
            back.iter()
                .any(|it| it.kind == SectionAdded && it.section == "certificate")
        );
        assert!(
            back.iter()
                .any(|it| it.kind == FieldAdded && it.field == "rows[].bolashak")
        );
    }

    #[test]
    fn a_type_is_told_before_and_after() {
        let after = changed(|sections| {
            let address = &mut sections[0].schema["properties"]["address"];
            address["type"] = json!("integer");
        });
        let change = &changes(&published()[0], &after)[0];
        assert_eq!(
            (change.before.as_str(), change.after.as_str()),
            ("string", "integer")
        );
    }
}
