//! A specialty of a college: everything that an applicant chooses by, and how many places there are.

use chassis::violation::Violations;
use serde::{Deserialize, Serialize};

use super::dictionary::Dictionaries;
use super::refusal::Refusal;

/// The programme of campaigns that colleges take part in.
pub const PROGRAMME: &str = "college";
/// More than any college has rooms for.
const MOST_PLACES: i32 = 5_000;
/// The level of qualification of skilled workers.
const WORKER: &str = "SKILLED_WORKER";
/// Six years: longer than any course of a college.
const MOST_MONTHS: i32 = 72;

/// What a college offers in a campaign. This is what its board signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Specialty {
    /// `campaigns/{campaign}`.
    pub campaign: String,
    /// A code of `specialties`.
    pub code: String,
    pub payment: String,
    pub training_kind: String,
    pub education_base: String,
    pub study_form: String,
    pub language: String,
    pub qualification_level: String,
    pub region: String,
    pub places: i32,
    pub quotas: Vec<Quota>,
    /// `None` where none was chosen.
    pub exam: Option<ExamNeed>,
    pub term_months: i32,
}

/// Places that are kept for people with a benefit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// A code of `quota-categories`.
    pub category: String,
    pub places: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ExamNeed {
    None,
    Required,
}

/// Whether it can be applied for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Open,
    Closed,
}

/// Whether its applicants are being ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ranking {
    NotStarted,
    Started,
}

impl Specialty {
    /// Everything wrong with it, by the paths of this message.
    pub fn violations(&self, path: &str, dictionaries: &Dictionaries) -> Violations {
        let mut wrong = Violations::new();
        for (field, dictionary, code) in self.codes() {
            let field = format!("{path}.{field}");
            check_code(&mut wrong, field, dictionaries, dictionary, code);
        }
        let between = |wrong: &mut Violations, field: &str, value: i32, most: i32| {
            let field = format!("{path}.{field}");
            match value {
                0 => drop(wrong.add(field, "REQUIRED")),
                _ if (1..=most).contains(&value) => {}
                _ => drop(wrong.add_with(field, "OUT_OF_RANGE", [("max", most.to_string())])),
            }
        };
        between(&mut wrong, "places", self.places, MOST_PLACES);
        between(&mut wrong, "term_months", self.term_months, MOST_MONTHS);
        if self.exam.is_none() {
            wrong.add(format!("{path}.exam"), "REQUIRED");
        }
        self.check_quotas(&mut wrong, path, dictionaries);
        wrong
    }

    pub fn is_for_workers(&self) -> bool {
        self.qualification_level == WORKER
    }

    /// Whether its exam is the interview of skilled workers, which no formula has to count.
    pub fn is_by_interview(&self) -> bool {
        self.is_for_workers() && self.exam == Some(ExamNeed::Required)
    }

    /// Field, dictionary and code of all that is chosen from dictionaries.
    fn codes(&self) -> [(&'static str, &'static str, &str); 8] {
        [
            ("code", "specialties", &self.code),
            ("payment", "payment-kinds", &self.payment),
            ("training_kind", "training-kinds", &self.training_kind),
            ("education_base", "education-bases", &self.education_base),
            ("study_form", "study-forms", &self.study_form),
            ("language", "study-languages", &self.language),
            (
                "qualification_level",
                "qualification-levels",
                &self.qualification_level,
            ),
            ("region", "regions", &self.region),
        ]
    }

    fn check_quotas(&self, wrong: &mut Violations, path: &str, dictionaries: &Dictionaries) {
        for (at, quota) in self.quotas.iter().enumerate() {
            let field = format!("{path}.quotas[{at}].category");
            if self.quotas[..at]
                .iter()
                .any(|it| it.category == quota.category)
            {
                wrong.add(field, "VALUE_TWICE");
            } else {
                let code = &quota.category;
                check_code(wrong, field, dictionaries, "quota-categories", code);
            }
            if !(1..=MOST_PLACES).contains(&quota.places) {
                let field = format!("{path}.quotas[{at}].places");
                wrong.add_with(field, "OUT_OF_RANGE", [("max", MOST_PLACES.to_string())]);
            }
        }
        let kept: i64 = self.quotas.iter().map(|it| i64::from(it.places)).sum();
        if self.places > 0 && kept > i64::from(self.places) {
            let max = [("max", self.places.to_string())];
            wrong.add_with(format!("{path}.quotas"), "QUOTA_PLACES_EXCEEDED", max);
        }
    }
}

/// Whether a specialty may change.
///
/// # Errors
/// `SPECIALTY_CLOSED`, `SPECIALTY_RANKING_STARTED`.
pub fn must_be_changeable(name: &str, state: State, ranking: Ranking) -> Result<(), Refusal> {
    let specialty = name.to_owned();
    match (state, ranking) {
        (State::Closed, _) => Err(Refusal::SpecialtyClosed { specialty }),
        (_, Ranking::Started) => Err(Refusal::SpecialtyRankingStarted { specialty }),
        _ => Ok(()),
    }
}

/// What is wrong with a code of a dictionary.
pub fn check_code(
    wrong: &mut Violations,
    field: String,
    dictionaries: &Dictionaries,
    dictionary: &str,
    code: &str,
) {
    let entry = dictionaries.find(dictionary).and_then(|it| it.entry(code));
    match entry {
        _ if code.is_empty() => drop(wrong.add(field, "REQUIRED")),
        None => drop(wrong.add(field, "UNKNOWN_VALUE")),
        Some(entry) if entry.retired => drop(wrong.add(field, "OPTION_RETIRED")),
        Some(_) => {}
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn nursing() -> Specialty {
        Specialty {
            campaign: "campaigns/college-2026".into(),
            code: "NURSING".into(),
            payment: "STATE_ORDER".into(),
            training_kind: "GENERAL".into(),
            education_base: "BASIC_SECONDARY".into(),
            study_form: "FULL_TIME".into(),
            language: "KK".into(),
            qualification_level: "MIDDLE_SPECIALIST".into(),
            region: "KZ-71".into(),
            places: 50,
            quotas: vec![quota("DISABILITY", 5), quota("RURAL", 15)],
            exam: Some(ExamNeed::Required),
            term_months: 46,
        }
    }

    fn quota(category: &str, places: i32) -> Quota {
        Quota {
            category: category.into(),
            places,
        }
    }

    fn told(specialty: &Specialty) -> Vec<(String, &'static str)> {
        let found = specialty.violations("s", Dictionaries::shipped());
        found.into_iter().map(|it| (it.field, it.reason)).collect()
    }

    #[test]
    fn a_specialty_with_every_row_is_good() {
        assert_eq!(told(&nursing()), []);
    }

    #[test]
    fn every_row_is_mandatory_and_all_that_lack_are_told_at_once() {
        let empty = Specialty {
            campaign: String::new(),
            code: String::new(),
            payment: String::new(),
            training_kind: String::new(),
            education_base: String::new(),
            study_form: String::new(),
            language: String::new(),
            qualification_level: String::new(),
            region: String::new(),
            places: 0,
            quotas: Vec::new(),
            exam: None,
            term_months: 0,
        };
        let told = told(&empty);
        assert_eq!(told.len(), 11);
        assert!(told.iter().all(|(_, reason)| *reason == "REQUIRED"));
    }

    #[test]
    fn places_of_quotas_are_some_of_the_places_and_each_benefit_is_named_once() {
        let mut wrong = nursing();
        wrong.quotas = vec![quota("RURAL", 30), quota("RURAL", 21), quota("NOBODY", 0)];
        let expected = [
            ("s.quotas[1].category", "VALUE_TWICE"),
            ("s.quotas[2].category", "UNKNOWN_VALUE"),
            ("s.quotas[2].places", "OUT_OF_RANGE"),
            ("s.quotas", "QUOTA_PLACES_EXCEEDED"),
        ];
        assert_eq!(told(&wrong), expected.map(|(a, b)| (a.to_owned(), b)));
    }

    #[test]
    fn what_is_closed_or_being_ranked_does_not_change() {
        let may = |state, ranking| must_be_changeable("specialties/s", state, ranking).is_ok();
        assert!(may(State::Open, Ranking::NotStarted));
        assert!(!may(State::Open, Ranking::Started));
        assert!(!may(State::Closed, Ranking::NotStarted));
    }
}
