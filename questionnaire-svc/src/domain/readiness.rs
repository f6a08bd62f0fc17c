//! What still stands between a draft and its submission, and how the rules of the campaign stand.

use std::collections::BTreeMap;

use chassis::violation::{Violation, Violations};
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::campaign::Campaign;
use super::dictionary::Dictionaries;
use super::document::{self, Document};
use super::eligibility::{self, BirthDate, Check, Citizenship, Subject};
use super::experience::{self, Experience};
use super::form::{FormRevision, SectionForm};
use super::receive::{Known, Source};
use super::{organisation, section, specialty_choice};

/// An application as far as readiness looks at it.
#[derive(Debug, Clone)]
pub struct Filled<'a> {
    /// By the id of the section; what was never saved is not there.
    pub sections: &'a BTreeMap<String, FilledSection>,
    pub documents: &'a [Document],
    pub prefilled: &'a Map<String, Value>,
    pub birth_date: Option<BirthDate>,
    pub registration_day: Option<Date>,
    /// The local day: of submission, or today.
    pub day: Date,
    pub citizenship: Citizenship,
    pub dictionaries: &'a Dictionaries,
    /// The directions of the campaign; empty for every one of the dictionary.
    pub directions: &'a [String],
    /// The organisations that the answers name, as far as there are such.
    pub organisations: &'a organisation::Known,
    /// The specialties of the campaign that the answers name.
    pub specialties: &'a specialty_choice::Known,
    /// The last day of a membership that still runs.
    pub member_until: Option<Date>,
}

/// A section as it was kept.
#[derive(Debug, Clone)]
pub struct FilledSection {
    pub answers: Value,
    pub source: Source,
}

/// Something wrong or missing in one field of one section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionProblem {
    pub section: String,
    pub violation: Violation,
}

#[derive(Debug, Clone)]
pub struct Readiness {
    /// Empty: every required section is complete.
    pub problems: Vec<SectionProblem>,
    pub checks: Vec<Check>,
    pub experience: Experience,
}

impl Readiness {
    pub fn of(form: &FormRevision, campaign: &Campaign, filled: &Filled<'_>) -> Self {
        let problems = form
            .sections
            .iter()
            .flat_map(|section| problems_of(section, filled))
            .collect();
        let subject = subject(campaign, filled);
        let checks = eligibility::checks(&campaign.rules, &subject);
        Self {
            problems,
            checks,
            experience: subject.experience,
        }
    }

    /// The problems as violations by the path `{section}.{field}`, for `APPLICATION_INCOMPLETE`.
    pub fn violations(&self) -> Violations {
        let mut all = Violations::new();
        for SectionProblem { section, violation } in &self.problems {
            let field = match violation.field.as_str() {
                "" => section.clone(),
                field => format!("{section}.{field}"),
            };
            all.push(Violation {
                field,
                ..violation.clone()
            });
        }
        all
    }
}

/// Everything wrong or missing in one section, its documents included.
pub fn problems_of(form: &SectionForm, filled: &Filled<'_>) -> Vec<SectionProblem> {
    let kept = filled.sections.get(&form.id);
    let education_base = specialty_choice::education_base(filled.sections);
    let known = Known {
        today: filled.day,
        birth_date: filled.birth_date.and_then(|born| born.fact()),
        source: kept.map_or(Source::Applicant, |section| section.source),
        prefilled: filled.prefilled,
        dictionaries: filled.dictionaries,
        directions: filled.directions,
        organisations: filled.organisations,
        specialties: filled.specialties,
        education_base: education_base.as_deref(),
    };
    let answers = kept.map_or_else(
        || Value::Object(Map::new()),
        |section| section.answers.clone(),
    );
    let received = form.judge(answers, &known);
    let references = form.document_references(&received.answers);
    let (wrong, missing) = document::judge(&form.id, &references, filled.documents);
    let all = received
        .wrong
        .into_iter()
        .chain(received.missing)
        .chain(wrong)
        .chain(missing);
    all.map(|violation| SectionProblem {
        section: form.id.clone(),
        violation,
    })
    .collect()
}

/// What the rules of a campaign look at.
pub fn subject(campaign: &Campaign, filled: &Filled<'_>) -> Subject {
    let answers = |id: &str| {
        filled
            .sections
            .get(id)
            .map(|section| &section.answers)
            .unwrap_or(&Value::Null)
    };
    let employment = section::employment_rows(answers("employment"));
    let education = section::education_rows(answers("education"));
    Subject {
        birth_date: filled.birth_date,
        registration_day: filled.registration_day,
        submission_day: filled.day,
        last_day: campaign.last_day(),
        education_levels: education.into_iter().filter_map(|row| row.level).collect(),
        experience: experience::of_rows(&employment, filled.day),
        certificate: section::certificate(answers("certificate")),
        citizenship: filled.citizenship,
        higher_levels: filled
            .dictionaries
            .tagged("education-levels", "HIGHER_EDUCATION"),
        member_until: filled.member_until,
    }
}

#[cfg(test)]
mod tests {
    use super::super::campaign::tests::reserve_2025;
    use super::super::document::State;
    use super::super::eligibility::{Outcome, Rule};
    use super::super::form;
    use super::*;
    use jiff::civil::date;
    use serde_json::json;

    fn document(section: &str, kind: &str) -> Document {
        Document {
            name: format!("campaigns/reserve-2025/applications/a1/documents/{section}"),
            section: section.into(),
            kind: kind.into(),
            file_name: "scan.pdf".into(),
            media_type: "application/pdf".into(),
            size_bytes: 1,
            sha256: "a".repeat(64),
            state: State::Clean,
        }
    }

    fn documents() -> Vec<Document> {
        let kinds = [
            ("personal", "PHOTO"),
            ("education", "DIPLOMA"),
            ("certificate", "LANGUAGE_CERTIFICATE"),
            ("employment", "EMPLOYMENT_EVIDENCE"),
        ];
        kinds.map(|(section, kind)| document(section, kind)).into()
    }

    fn sections() -> BTreeMap<String, FilledSection> {
        let name =
            |section: &str| format!("campaigns/reserve-2025/applications/a1/documents/{section}");
        let answers = [
            (
                "personal",
                json!({
                    "photo": name("personal"), "sex": "MALE", "nationality": "KAZAKH", "email": "umitker@example.kz",
                    "phone": "+77010000000", "address": "Астана", "direction": "DIGITALIZATION"
                }),
            ),
            (
                "education",
                json!({"rows": [{
                    "level": "BACHELOR", "institution": "Үлгі университеті", "specialty": "Құқық", "graduation_year": 2017,
                    "bolashak": false, "studied_abroad": false, "academy_graduate": false, "document": name("education")
                }]}),
            ),
            (
                "certificate",
                json!({
                    "document": name("certificate"), "certificate_type": "QRT", "level": "B2", "number": "Q-1", "valid_until": "2026-01-01"
                }),
            ),
            (
                "employment",
                json!({"rows": [{
                    "position_and_organisation": "Маман", "activity_kind": "PRIVATE", "position_kind": "SPECIALIST",
                    "start_date": "2019-01-01", "to_present": true, "organisation_location": "Астана", "document": name("employment")
                }]}),
            ),
        ];
        let kept = |answers| FilledSection {
            answers,
            source: Source::Applicant,
        };
        answers
            .into_iter()
            .map(|(id, answers)| (id.to_owned(), kept(answers)))
            .collect()
    }

    fn readiness(sections: &BTreeMap<String, FilledSection>, documents: &[Document]) -> Readiness {
        let filled = Filled {
            sections,
            documents,
            prefilled: &Map::new(),
            birth_date: None,
            registration_day: None,
            day: date(2025, 6, 10),
            citizenship: Citizenship::NotDeclared,
            dictionaries: Dictionaries::shipped(),
            directions: &[],
            organisations: &organisation::Known::new(),
            specialties: &specialty_choice::Known::new(),
            member_until: None,
        };
        Readiness::of(&form::published()[0], &reserve_2025(), &filled)
    }

    #[test]
    fn four_complete_sections_with_their_documents_are_enough() {
        let ready = readiness(&sections(), &documents());
        assert_eq!(ready.problems, []);
        assert_eq!(ready.experience.total_days, 2353);
        let experience = ready
            .checks
            .iter()
            .find(|check| check.rule == Rule::Experience)
            .expect("the check");
        assert_eq!(experience.outcome, Outcome::Met);
    }

    #[test]
    fn an_empty_draft_lacks_every_required_section() {
        let empty = readiness(&BTreeMap::new(), &[]);
        let mut lacking: Vec<_> = empty
            .problems
            .iter()
            .map(|problem| problem.section.as_str())
            .collect();
        lacking.dedup();
        assert_eq!(
            lacking,
            ["personal", "education", "certificate", "employment"]
        );
    }

    #[test]
    fn a_document_that_is_gone_or_not_clean_is_a_problem_by_its_path() {
        let mut documents = documents();
        documents[1].state = State::ScanFailed;
        documents.remove(3);
        let found = readiness(&sections(), &documents).violations();
        let told: Vec<_> = found.iter().map(|v| (v.field.as_str(), v.reason)).collect();
        let expected = [
            ("education.rows[0].document", "DOCUMENT_NOT_CLEAN"),
            ("employment.rows[0].document", "DOCUMENT_UNKNOWN"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn rules_that_are_not_met_do_not_stand_in_the_way() {
        let mut sections = sections();
        sections
            .get_mut("certificate")
            .expect("the section")
            .answers["level"] = json!("A2");
        let ready = readiness(&sections, &documents());
        assert_eq!(ready.problems, []);
        assert!(
            ready
                .checks
                .iter()
                .any(|check| check.outcome == Outcome::NotMet)
        );
    }
}
