//! The way of a section's answers from the wire to the row: measured, made regular, prefilled,
//! checked. What is wrong refuses the save; what is missing is saved and told.

use chassis::violation::{Violation, Violations};
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::dictionary::Dictionaries;
use super::form::SectionForm;
use super::{annotation, limit, normal, organisation, section, specialty_choice};

/// What the service knows beside the answers.
#[derive(Debug, Clone)]
pub struct Known<'a> {
    /// The local day of the campaign.
    pub today: Date,
    /// [`BirthDate::fact`](super::eligibility::BirthDate::fact): a hint of the IIN refuses nothing.
    pub birth_date: Option<Date>,
    pub source: Source,
    /// By the name in `x-prefilled`: `iin`, `family_name`, `birth_date` and so on.
    pub prefilled: &'a Map<String, Value>,
    pub dictionaries: &'a Dictionaries,
    /// The directions of the campaign; empty for every one of the dictionary.
    pub directions: &'a [String],
    /// The organisations that the answers name, as far as there are such.
    pub organisations: &'a organisation::Known,
    /// The specialties of the campaign that the answers name.
    pub specialties: &'a specialty_choice::Known,
    /// The education that the applicant comes with, as another section says it.
    pub education_base: Option<&'a str>,
}

/// Who answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Applicant,
    /// A partner's language result: a service vouches for it.
    LanguageResult,
}

/// Answers as they will be kept, and what is to be said about them.
#[derive(Debug)]
pub struct Received {
    pub answers: Value,
    /// Not empty: the save is refused.
    pub wrong: Violations,
    /// Not empty: the section is kept, but it is not complete.
    pub missing: Violations,
    /// Whether anything was answered, beyond what the service filled in.
    pub is_blank: bool,
}

impl Received {
    pub fn is_complete(&self) -> bool {
        self.wrong.is_empty() && self.missing.is_empty()
    }
}

impl SectionForm {
    /// Takes answers that came from a client.
    pub fn receive(&self, raw: Value, known: &Known<'_>) -> Received {
        let mut wrong = limit::check(&raw);
        if !wrong.is_empty() {
            return Received {
                answers: raw,
                wrong,
                missing: Violations::new(),
                is_blank: false,
            };
        }
        let mut answers = normal::regular(&self.schema, raw, known.dictionaries);
        wrong.extend(self.prefill(&mut answers, known));
        let judged = self.judge(answers, known);
        wrong.extend(judged.wrong);
        Received { wrong, ..judged }
    }

    /// Looks at answers that were kept before: rules look at the day, so an old draft is looked at again.
    pub fn judge(&self, answers: Value, known: &Known<'_>) -> Received {
        let is_blank = self.is_blank(&answers);
        let mut wrong = self.checker.wrong(&answers, known.dictionaries);
        wrong.extend(section::rules(
            &self.id,
            &answers,
            known.today,
            known.birth_date,
        ));
        wrong.extend(section::direction_rule(
            &self.id,
            &answers,
            known.directions,
        ));
        wrong.extend(organisation::judge(
            &self.schema,
            &answers,
            known.organisations,
        ));
        wrong.extend(specialty_choice::judge(
            &self.schema,
            &answers,
            known.specialties,
        ));
        let missing = if is_blank && !self.required {
            Violations::new()
        } else {
            self.missing(&answers, known)
        };
        Received {
            answers,
            wrong,
            missing,
            is_blank,
        }
    }

    /// The documents that the answers name.
    pub fn document_references(&self, answers: &Value) -> Vec<annotation::DocumentReference> {
        annotation::documents(&self.schema, answers)
    }

    /// Puts in what the service knows. The client may send it back as it was, and nothing else.
    fn prefill(&self, answers: &mut Value, known: &Known<'_>) -> Violations {
        let mut wrong = Violations::new();
        let Value::Object(fields) = answers else {
            return wrong;
        };
        for (field, fact) in self.prefilled() {
            let sent = fields.remove(field);
            let value = known.prefilled.get(fact);
            if sent.is_some() && sent.as_ref() != value {
                wrong.add(field, "READ_ONLY");
            }
            if let Some(value) = value {
                fields.insert(field.to_owned(), value.clone());
            }
        }
        wrong
    }

    fn missing(&self, answers: &Value, known: &Known<'_>) -> Violations {
        let mut missing = self.checker.missing(answers);
        missing.extend(specialty_choice::misfits(
            &self.schema,
            answers,
            known.specialties,
            known.education_base,
            known.dictionaries,
        ));
        if known.source == Source::Applicant {
            return missing;
        }
        let is_waived = |violation: &Violation| {
            self.waived_when_verified()
                .any(|field| field == violation.field)
        };
        let mut left = Violations::new();
        missing
            .into_iter()
            .filter(|violation| !is_waived(violation))
            .for_each(|violation| left.push(violation));
        left
    }

    fn is_blank(&self, answers: &Value) -> bool {
        let Value::Object(fields) = answers else {
            return normal::is_blank(answers);
        };
        let is_prefilled = |name: &str| self.prefilled().any(|(field, _)| field == name);
        fields
            .iter()
            .all(|(name, value)| is_prefilled(name) || normal::is_blank(value))
    }
}

/// The same violations with the path of the answers in front: `section.answers.rows[0].level`.
pub fn under(prefix: &str, violations: Violations) -> Violations {
    let mut moved = Violations::new();
    for violation in violations {
        let field = match violation.field.as_str() {
            "" => prefix.to_owned(),
            field => format!("{prefix}.{field}"),
        };
        moved.push(Violation { field, ..violation });
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::super::form;
    use super::*;
    use jiff::ToSpan;
    use jiff::civil::date;
    use serde_json::json;

    const DOCUMENT: &str = "campaigns/reserve-2025/applications/a1/documents/d1";

    fn person() -> Map<String, Value> {
        let person = json!({"iin": "010101100008", "family_name": "ҮМІТКЕР", "given_name": "СЫНАҚ", "birth_date": "1995-06-15"});
        person.as_object().expect("an object").clone()
    }

    fn receive_from(source: Source, section: &str, raw: Value) -> Received {
        let prefilled = person();
        let known = Known {
            today: date(2025, 6, 10),
            birth_date: Some(date(1995, 6, 15)),
            source,
            prefilled: &prefilled,
            dictionaries: Dictionaries::shipped(),
            directions: &[],
            organisations: &organisation::Known::new(),
            specialties: &specialty_choice::Known::new(),
            education_base: None,
        };
        form::published()[0]
            .section(section)
            .expect("a section")
            .receive(raw, &known)
    }

    fn receive(section: &str, raw: Value) -> Received {
        receive_from(Source::Applicant, section, raw)
    }

    fn told(violations: &Violations) -> Vec<(&str, &str)> {
        let mut told: Vec<_> = violations
            .iter()
            .map(|v| (v.field.as_str(), v.reason))
            .collect();
        told.sort_unstable();
        told
    }

    fn position() -> Value {
        json!({
            "position_and_organisation": "Маман, «Үлгі» ЖШС", "activity_kind": "PRIVATE", "position_kind": "SPECIALIST",
            "start_date": "2018-01-08", "end_date": "2021-03-01",
            "organisation_location": "Астана қаласы", "document": DOCUMENT
        })
    }

    fn position_with(field: &str, value: Value) -> Value {
        let mut row = position();
        row[field] = value;
        json!({"rows": [row]})
    }

    #[test]
    fn complete_sections_of_every_kind_are_taken() {
        let personal = json!({
            "photo": DOCUMENT, "sex": "FEMALE", "nationality": "KAZAKH", "email": "umitker@example.kz", "phone": "+77010000000",
            "address": "Астана қ., Үлгі к-сі, 1", "direction": "DIGITALIZATION"
        });
        let education = json!({"rows": [{
            "level": "BACHELOR", "institution": "Үлгі университеті", "specialty": "Халықаралық құқық", "graduation_year": 2017.0,
            "bolashak": false, "studied_abroad": false, "academy_graduate": false, "document": DOCUMENT
        }]});
        let certificate = json!({"document": DOCUMENT, "certificate_type": "QAZTEST", "level": "B1", "number": "KT-1", "valid_until": "2026-06-01"});
        let additional = json!({
            "professional_certificates": {"rows": [{"title": "PMP", "issue_date": "2024-01-01"}]},
            "public_activity": "волонтер", "foreign_languages": {"rows": [{"language": "en", "level": "C1"}]}
        });
        let all = [
            ("personal", personal),
            ("education", education),
            ("certificate", certificate),
            ("employment", json!({"rows": [position()]})),
            ("additional", additional),
        ];
        for (section, answers) in all {
            let received = receive(section, answers);
            assert!(
                received.is_complete(),
                "{section}: {:?} {:?}",
                received.wrong,
                received.missing
            );
        }
    }

    #[test]
    fn an_unfinished_section_is_kept_and_what_is_missing_is_told() {
        let received = receive("certificate", json!({"level": "B2"}));
        assert!(received.wrong.is_empty() && !received.is_blank);
        let missing = [
            ("certificate_type", "REQUIRED"),
            ("document", "REQUIRED"),
            ("number", "REQUIRED"),
            ("valid_until", "REQUIRED"),
        ];
        assert_eq!(told(&received.missing), missing);
    }

    #[test]
    fn empty_answers_clear_a_section_and_complete_only_an_optional_one() {
        let required = receive("education", json!({}));
        assert!(required.is_blank && required.wrong.is_empty());
        assert_eq!(told(&required.missing), [("rows", "REQUIRED")]);
        assert!(receive("additional", json!({"public_activity": ""})).is_complete());
    }

    #[test]
    fn a_result_of_a_partner_needs_no_scan_of_the_certificate() {
        let raw = json!({"certificate_type": "KAZTEST", "level": "B2", "number": "KT-1", "valid_until": "2027-06-01"});
        assert_eq!(
            told(&receive("certificate", raw.clone()).missing),
            [("document", "REQUIRED")]
        );
        assert!(receive_from(Source::LanguageResult, "certificate", raw).is_complete());
    }

    #[test]
    fn what_is_wrong_is_told_all_at_once() {
        let mut row = position();
        row["start_date"] = json!("2025-02-30");
        row["activity_kind"] = json!("PIRACY");
        row["salary"] = json!(1);
        row["document"] = json!("d1");
        let wrong = receive(
            "employment",
            json!({"rows": [position(), row], "x": null, "y": 1}),
        )
        .wrong;
        let expected = [
            ("rows[1].activity_kind", "UNKNOWN_VALUE"),
            ("rows[1].document", "INVALID_NAME"),
            ("rows[1].salary", "UNKNOWN_FIELD"),
            ("rows[1].start_date", "DATE_IMPOSSIBLE"),
            ("y", "UNKNOWN_FIELD"),
        ];
        assert_eq!(told(&wrong), expected);
    }

    #[test]
    fn exactly_one_of_end_date_and_to_present_is_given() {
        let both = receive("employment", position_with("to_present", json!(true)));
        assert_eq!(
            told(&both.wrong),
            [("rows[0].to_present", "END_OR_PRESENT")]
        );
        assert!(receive("employment", position_with("to_present", json!(false))).is_complete());
        let neither = receive("employment", position_with("end_date", json!("")));
        assert!(neither.wrong.is_empty());
        assert_eq!(told(&neither.missing), [("rows[0].end_date", "REQUIRED")]);
        let mut present = position_with("to_present", json!(true));
        present["rows"][0]["end_date"] = Value::Null;
        assert!(receive("employment", present).is_complete());
    }

    #[test]
    fn what_the_registry_knows_is_filled_in_and_not_changed() {
        let received = receive(
            "personal",
            json!({"family_name": "ҮМІТКЕР", "given_name": "БАСҚА", "birth_place": "Алматы"}),
        );
        assert_eq!(
            told(&received.wrong),
            [("birth_place", "READ_ONLY"), ("given_name", "READ_ONLY")]
        );
        assert_eq!(received.answers["given_name"], "СЫНАҚ");
        assert!(
            receive("personal", json!({})).is_blank,
            "what was filled in is not an answer"
        );
    }

    #[test]
    fn a_wrong_phone_and_a_wrong_address_say_so() {
        let wrong = receive(
            "personal",
            json!({"phone": "87010000000", "email": "a@b", "direction": "SPACE"}),
        )
        .wrong;
        assert_eq!(
            told(&wrong),
            [
                ("direction", "UNKNOWN_VALUE"),
                ("email", "EMAIL_INVALID"),
                ("phone", "PHONE_INVALID")
            ]
        );
    }

    #[test]
    fn too_many_rows_and_too_long_texts_are_refused() {
        let row = |day: i8| {
            let mut row = position();
            row["start_date"] = json!(date(2018, 1, 1).saturating_add(day.days()).to_string());
            row
        };
        let rows: Vec<_> = (0..41).map(row).collect();
        assert_eq!(
            told(&receive("employment", json!({"rows": rows})).wrong),
            [("rows", "TOO_MANY")]
        );
        let long = position_with("organisation_location", json!("ә".repeat(201)));
        assert_eq!(
            told(&receive("employment", long).wrong),
            [("rows[0].organisation_location", "TOO_LONG")]
        );
    }

    #[test]
    fn answers_that_are_no_object_are_refused_without_a_fault() {
        for raw in [
            json!(null),
            json!([1]),
            json!("x"),
            json!({"rows": {"rows": []}}),
            json!({"rows": [1, null]}),
        ] {
            let received = receive("employment", raw);
            assert!(!received.wrong.is_empty());
        }
    }

    #[test]
    fn the_documents_named_are_found_with_their_places() {
        let form = form::published()[0]
            .section("employment")
            .expect("a section");
        let references = form.document_references(&json!({"rows": [{}, position()]}));
        assert_eq!(references.len(), 1);
        assert_eq!(
            (
                references[0].field.as_str(),
                references[0].kinds[0].as_str()
            ),
            ("rows[1].document", "EMPLOYMENT_EVIDENCE")
        );
    }

    #[test]
    fn violations_are_told_by_the_path_in_the_request() {
        let wrong = under(
            "section.answers",
            receive("personal", json!({"sex": 1})).wrong,
        );
        assert_eq!(told(&wrong), [("section.answers.sex", "WRONG_TYPE")]);
    }
}
