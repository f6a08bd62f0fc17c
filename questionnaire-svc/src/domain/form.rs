//! Revisions of forms, compiled once. The first ones are read from `forms/`, later ones are made and
//! published by campaign managers.
//!
//! A published revision never changes: a change of the form is a new number. What the annotations
//! mean is told in `forms/README.md`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::check::Checker;
use super::labels::Labels;
pub use super::shipped_forms::published;

/// A form as applications are filled by it.
pub struct FormRevision {
    pub programme: String,
    pub form: String,
    pub revision: u32,
    pub title: Labels,
    pub intro: Labels,
    pub sections: Vec<SectionForm>,
}

/// What a revision is made of, before it is compiled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content {
    pub programme: String,
    pub title: Labels,
    pub intro: Labels,
    pub sections: Vec<SectionContent>,
}

/// A section before it is compiled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SectionContent {
    pub id: String,
    pub title: Labels,
    pub required: bool,
    pub schema: Value,
}

/// One section of a form.
pub struct SectionForm {
    pub id: String,
    pub title: Labels,
    /// Whether an application needs it complete.
    pub required: bool,
    /// JSON Schema 2020-12 of the answers, with labels as annotations: what frontends render.
    pub schema: Value,
    pub checker: Checker,
}

/// What may be uploaded as one kind of document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRule {
    pub section: String,
    pub kind: String,
    pub title: Labels,
    pub media_types: Vec<String>,
    pub max_size_bytes: u64,
}

impl FormRevision {
    /// `None` where a schema can't be compiled.
    pub fn compiled(form: &str, revision: u32, content: Content) -> Option<Self> {
        let section = |section: SectionContent| {
            Some(SectionForm {
                checker: Checker::compiled(&section.schema)?,
                id: section.id,
                title: section.title,
                required: section.required,
                schema: section.schema,
            })
        };
        Some(Self {
            programme: content.programme,
            form: form.to_owned(),
            revision,
            title: content.title,
            intro: content.intro,
            sections: content
                .sections
                .into_iter()
                .map(section)
                .collect::<Option<_>>()?,
        })
    }

    /// `forms/{form}/revisions/{revision}`.
    pub fn name(&self) -> String {
        format!("forms/{}/revisions/{}", self.form, self.revision)
    }

    pub fn section(&self, id: &str) -> Option<&SectionForm> {
        self.sections.iter().find(|section| section.id == id)
    }

    /// What may be uploaded, in the order of the form.
    pub fn document_rules(&self) -> Vec<DocumentRule> {
        self.sections
            .iter()
            .flat_map(SectionForm::document_rules)
            .collect()
    }
}

impl SectionForm {
    /// The most rows of a section of rows; 0 for a section without rows.
    pub fn max_rows(&self) -> u32 {
        let max = self.schema["properties"]["rows"]["maxItems"]
            .as_u64()
            .unwrap_or_default();
        u32::try_from(max).unwrap_or(u32::MAX)
    }

    pub fn document_rules(&self) -> Vec<DocumentRule> {
        let mut rules = Vec::new();
        gather_rules(&self.id, &self.schema, &mut rules);
        rules
    }

    /// The fields that need not be given where a service vouches for the answers.
    pub fn waived_when_verified(&self) -> impl Iterator<Item = &str> {
        self.schema["x-waived-when-verified"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
    }

    /// The fields that the service fills from what it knows of the person: field, what fills it.
    pub fn prefilled(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.schema["properties"].as_object().into_iter().flatten();
        fields
            .filter_map(|(name, field)| Some((name.as_str(), field.get("x-prefilled")?.as_str()?)))
    }
}

fn gather_rules(section: &str, schema: &Value, rules: &mut Vec<DocumentRule>) {
    for field in schema["properties"]
        .as_object()
        .into_iter()
        .flat_map(|fields| fields.values())
    {
        gather_rules(section, field, rules);
        gather_rules(section, &field["items"], rules);
        let Some(about) = field.get("x-document") else {
            continue;
        };
        let title = Labels::in_json(&field["x-label"]);
        for kind in texts(&about["kinds"]) {
            rules.push(DocumentRule {
                section: section.to_owned(),
                kind,
                title: title.clone(),
                media_types: texts(&about["media_types"]),
                max_size_bytes: about["max_size_bytes"].as_u64().unwrap_or_default(),
            });
        }
    }
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// The revision with this name that came with the service, `forms/{form}/revisions/{revision}`.
pub fn find(name: &str) -> Option<&'static Arc<FormRevision>> {
    published().iter().find(|revision| revision.name() == name)
}

/// The revisions of a form that came with the service, oldest first.
pub fn shipped(form: &str) -> impl Iterator<Item = &'static Arc<FormRevision>> {
    published()
        .iter()
        .filter(move |revision| revision.form == form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dictionary::Dictionaries;
    use crate::domain::format;

    /// Every schema inside a schema, with its path.
    fn schemas(schema: &Value, path: String, visit: &mut impl FnMut(&str, &Value)) {
        visit(&path, schema);
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            schemas(field, format!("{path}.{name}"), visit);
        }
        if schema["items"].is_object() {
            schemas(&schema["items"], format!("{path}[]"), visit);
        }
    }

    fn each_schema(mut visit: impl FnMut(&str, &Value)) {
        for section in published().iter().flat_map(|form| form.sections.iter()) {
            schemas(&section.schema, section.id.clone(), &mut visit);
        }
    }

    #[test]
    fn the_reserve_has_five_sections_and_the_last_is_optional() {
        let form = find("forms/reserve-questionnaire/revisions/1").expect("the form");
        let sections: Vec<_> = form
            .sections
            .iter()
            .map(|s| (s.id.as_str(), s.required))
            .collect();
        let expected = [
            ("personal", true),
            ("education", true),
            ("certificate", true),
            ("employment", true),
            ("additional", false),
        ];
        assert_eq!(sections, expected);
        assert_eq!(
            form.section("employment").expect("the section").max_rows(),
            40
        );
        assert_eq!(form.section("personal").expect("the section").max_rows(), 0);
    }

    #[test]
    fn every_text_and_list_of_a_form_has_a_limit_and_every_object_is_closed() {
        each_schema(|path, schema| match schema["type"].as_str() {
            Some("string") => assert!(schema["maxLength"].is_u64(), "{path}"),
            Some("array") => assert!(schema["maxItems"].is_u64(), "{path}"),
            Some("integer") => assert!(
                schema["minimum"].is_i64() && schema["maximum"].is_i64(),
                "{path}"
            ),
            Some("object") => assert_eq!(schema["additionalProperties"], false, "{path}"),
            Some("boolean") => {}
            other => panic!("{path}: {other:?}"),
        });
    }

    #[test]
    fn every_field_has_a_label_in_each_language() {
        each_schema(|path, schema| {
            if !path.ends_with("[]") {
                let label: Labels = Deserialize::deserialize(&schema["x-label"]).expect(path);
                assert!(label.is_complete(), "{path}");
            }
        });
    }

    #[test]
    fn every_text_is_of_a_dictionary_or_of_a_format_of_ours() {
        each_schema(|path, schema| {
            if let Some(name) = schema["x-dictionary"].as_str() {
                assert!(Dictionaries::shipped().find(name).is_some(), "{path}");
            } else if schema["type"] == "string" {
                let name = schema["format"].as_str().expect(path);
                assert!(format::NAMES.contains(&name), "{path}");
            }
        });
    }

    #[test]
    fn the_reserve_takes_five_kinds_of_documents() {
        let rules = published()[0].document_rules();
        let kinds: Vec<_> = rules
            .iter()
            .map(|rule| (rule.section.as_str(), rule.kind.as_str()))
            .collect();
        let mut expected = [
            ("personal", "PHOTO"),
            ("education", "DIPLOMA"),
            ("certificate", "LANGUAGE_CERTIFICATE"),
            ("employment", "EMPLOYMENT_EVIDENCE"),
            ("additional", "PROFESSIONAL_CERTIFICATE"),
        ]
        .to_vec();
        expected.retain(|kind| !kinds.contains(kind));
        assert!(expected.is_empty() && kinds.len() == 5, "{kinds:?}");
        assert!(
            !rules[0]
                .media_types
                .iter()
                .any(|media_type| media_type == "application/pdf")
        );
    }
}
