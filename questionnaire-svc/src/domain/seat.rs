//! Which seat an application asks for: the answers to the fields that its form marks with `x-seat`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::form::FormRevision;
use super::readiness::FilledSection;

/// The languages of tests, as they are written to others.
const LANGUAGES: [&str; 3] = ["kk", "ru", "en"];

/// What is told of the seat, and nothing of why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// A code of the field's dictionary; empty where none was asked for.
    pub subject: String,
    /// That dictionary.
    pub subjects: String,
    /// `kk`, `ru` or `en`; empty where none was asked for.
    pub language: String,
    /// Whether it has to be an accessible workstation.
    pub accessible: bool,
}

/// What a field says of the seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Subject,
    Language,
    Accessible,
}

impl Mark {
    /// That of a field; `None` where it says nothing of the seat.
    fn of(field: &Value) -> Option<Self> {
        match field.get("x-seat")?.as_str()? {
            "SUBJECT" => Some(Self::Subject),
            "LANGUAGE" => Some(Self::Language),
            "ACCESSIBLE" => Some(Self::Accessible),
            _ => None,
        }
    }

    /// What is marked so is a choice, or a box to tick.
    fn fits(self, field: &Value) -> bool {
        match self {
            Self::Subject | Self::Language => field.get("x-dictionary").is_some(),
            Self::Accessible => field["type"] == "boolean",
        }
    }
}

/// What the answers ask for; `None` where the form has nothing to say of seats.
pub fn needs(form: &FormRevision, answers: &BTreeMap<String, FilledSection>) -> Option<Needs> {
    let mut found = None;
    for section in &form.sections {
        let fields = section.schema["properties"].as_object();
        for (name, field) in fields.into_iter().flatten() {
            let Some(mark) = Mark::of(field) else {
                continue;
            };
            let needs = found.get_or_insert_with(Needs::default);
            let answer = answers.get(&section.id).and_then(|it| it.answers.get(name));
            if let Some(answer) = answer {
                put(needs, mark, answer);
                if mark == Mark::Subject {
                    let dictionary = field["x-dictionary"].as_str();
                    dictionary
                        .unwrap_or_default()
                        .clone_into(&mut needs.subjects);
                }
            }
        }
    }
    found
}

fn put(needs: &mut Needs, mark: Mark, answer: &Value) {
    let text = answer.as_str().unwrap_or_default();
    match mark {
        Mark::Subject => text.clone_into(&mut needs.subject),
        Mark::Language => {
            let language = text.to_lowercase();
            if LANGUAGES.contains(&language.as_str()) {
                needs.language = language;
            }
        }
        Mark::Accessible => needs.accessible |= answer == &Value::Bool(true),
    }
}

/// Marks of the fields of an object that say nothing, or stand on a field that can't say it: by the
/// paths of the schema. Only the fields of a section itself are looked at for seats, and it is at no path.
pub fn misplaced(schema: &Value, path: &str) -> Vec<String> {
    let fields = schema["properties"].as_object().into_iter().flatten();
    let says = |field: &Value| Mark::of(field).is_some_and(|mark| mark.fits(field));
    let is_wrong =
        |field: &Value| field.get("x-seat").is_some() && !(path.is_empty() && says(field));
    fields
        .filter(|(_, field)| is_wrong(field))
        .map(|(name, _)| format!("properties.{name}.x-seat"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::form;
    use super::super::receive::Source;
    use super::*;
    use serde_json::json;

    fn asked(form: &str, answers: &[(&str, Value)]) -> Option<Needs> {
        let filled = |(section, answers): &(&str, Value)| {
            let answers = answers.clone();
            let source = Source::Applicant;
            ((*section).to_owned(), FilledSection { answers, source })
        };
        let form = form::find(&format!("forms/{form}/revisions/1")).expect("the form");
        needs(form, &answers.iter().map(filled).collect())
    }

    fn seat(subject: &str, language: &str, accessible: bool) -> Option<Needs> {
        let subjects = match subject {
            "" => "",
            "SOFTWARE" => "specialties",
            _ => "subjects",
        };
        Some(Needs {
            subject: subject.into(),
            language: language.into(),
            accessible,
            subjects: subjects.into(),
        })
    }

    #[test]
    fn the_marks_of_a_form_say_which_answers_are_told() {
        let kazakh = json!({"test_language": "KK"});
        let physics = json!({"subject": "PHYSICS", "test_language": "RU"});
        let special =
            json!({"subject_kind": "SPECIAL", "specialty": "SOFTWARE", "test_language": "KK"});
        let parameters = "test-parameters";
        assert_eq!(
            asked("nqt-preschool", &[(parameters, kazakh)]),
            seat("", "kk", false)
        );
        let marked = ("personal", json!({"visual_impairment": true}));
        assert_eq!(
            asked("nqt-general-secondary", &[(parameters, physics), marked]),
            seat("PHYSICS", "ru", true)
        );
        let unmarked = ("personal", json!({"visual_impairment": false}));
        assert_eq!(
            asked("nqt-tvet", &[(parameters, special), unmarked]),
            seat("SOFTWARE", "kk", false)
        );
        assert_eq!(asked("nqt-head", &[]), seat("", "", false));
    }

    #[test]
    fn a_form_without_marks_says_nothing_of_seats() {
        let answers = [("personal", json!({"subject": "PHYSICS"}))];
        assert_eq!(asked("reserve-questionnaire", &answers), None);
    }

    #[test]
    fn a_language_that_no_test_is_in_is_not_told() {
        let answers = [("test-parameters", json!({"test_language": "DE"}))];
        assert_eq!(asked("nqt-head", &answers), seat("", "", false));
    }

    #[test]
    fn a_mark_stands_on_a_choice_or_on_a_box_to_tick() {
        let right = json!({"properties": {
            "a": {"type": "string", "x-dictionary": "subjects", "x-seat": "SUBJECT"},
            "b": {"type": "boolean", "x-seat": "ACCESSIBLE"}
        }});
        assert_eq!(misplaced(&right, ""), [""; 0]);
        let inside = ["a", "b"].map(|it| format!("properties.{it}.x-seat"));
        assert_eq!(misplaced(&right, "properties.rows.items"), inside);
        let wrong = json!({"properties": {
            "a": {"type": "string", "x-seat": "SUBJECT"},
            "b": {"type": "string", "x-dictionary": "subjects", "x-seat": "ACCESSIBLE"},
            "c": {"type": "boolean", "x-seat": "WINDOW"},
            "d": {"type": "boolean", "x-seat": true}
        }});
        let expected = ["a", "b", "c", "d"].map(|it| format!("properties.{it}.x-seat"));
        assert_eq!(misplaced(&wrong, ""), expected);
    }
}
