//! In which direction an application competes: what its form says by `x-direction`, or the answer to the
//! question that asks for it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::form::FormRevision;
use super::readiness::FilledSection;

/// Characters of a code at most.
const LONGEST: usize = 64;

/// The direction that a section says for everybody who fills it; `None` where it says none.
fn said(schema: &Value) -> Option<&str> {
    let code = schema.get("x-direction")?.as_str()?;
    let is_code = code.starts_with(|it: char| it.is_ascii_uppercase())
        && code.len() <= LONGEST
        && code
            .bytes()
            .all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_');
    is_code.then_some(code)
}

/// The direction of an application; empty where the form neither says one nor asks for one.
pub fn direction(form: &FormRevision, answers: &BTreeMap<String, FilledSection>) -> String {
    let of_form = form.sections.iter().find_map(|it| said(&it.schema));
    let chosen = || {
        let personal = answers.get("personal")?;
        personal.answers.get("direction")?.as_str()
    };
    of_form.or_else(chosen).unwrap_or_default().to_owned()
}

/// The annotation where it says nothing: on anything but a section, or with what is no code.
pub fn misplaced(schema: &Value, path: &str) -> Option<String> {
    let is_right = path.is_empty() && said(schema).is_some();
    let stands = schema.get("x-direction").is_some();
    (stands && !is_right).then(|| "x-direction".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::form;
    use super::super::receive::Source;
    use super::*;
    use serde_json::json;

    fn of(form: &str, answers: Value) -> String {
        let filled = FilledSection {
            answers,
            source: Source::Applicant,
        };
        let form = form::find(&format!("forms/{form}/revisions/1")).expect("the form");
        direction(form, &BTreeMap::from([("personal".to_owned(), filled)]))
    }

    #[test]
    fn heads_are_measured_apart_and_applicants_of_the_reserve_where_they_choose() {
        assert_eq!(of("nqt-head", json!({})), "HEADS");
        assert_eq!(of("nqt-preschool", json!({})), "");
        let chosen = json!({"direction": "DIGITALIZATION"});
        assert_eq!(of("nqt-head", chosen.clone()), "HEADS");
        assert_eq!(of("reserve-questionnaire", chosen), "DIGITALIZATION");
        assert_eq!(of("reserve-questionnaire", json!({"direction": 7})), "");
    }

    #[test]
    fn a_section_says_a_code_and_nothing_else_says_one() {
        let right = json!({"x-direction": "HEADS_2"});
        assert_eq!(misplaced(&right, ""), None);
        assert_eq!(misplaced(&json!({}), "properties.a"), None);
        let wrong = Some("x-direction".to_owned());
        assert_eq!(misplaced(&right, "properties.a"), wrong);
        for code in [
            json!("heads"),
            json!(""),
            json!("2"),
            json!(1),
            json!("A".repeat(65)),
        ] {
            assert_eq!(misplaced(&json!({"x-direction": code}), ""), wrong);
        }
    }
}
