//! Sittings of entrance exams: a day, a time and a place that applicants of a specialty share, and the
//! points that are given there once, or that nobody came.

use std::collections::BTreeSet;

use chassis::violation::Violations;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::choice::Hundredths;
use super::refusal::Refusal;
use super::score_formula::{ScoreFormula, Tie};
use super::specialty::Specialty;

/// More than fit into a hall; and a list of which everything wrong can still be read.
pub const MOST_ENTRIES: usize = 500;
const LONGEST_ADDRESS: usize = 300;
const MOST_POINTS: Hundredths = Hundredths::whole(100);

/// Who becomes a skilled worker is talked to, whatever a formula counts.
const INTERVIEW: &str = "INTERVIEW";

/// A sitting as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExamSitting {
    /// The id of a specialty.
    pub specialty: String,
    /// A code of `entrance-exams`.
    pub exam: String,
    pub start: Timestamp,
    pub address: String,
    pub grades: Grades,
}

/// Whether anybody in a sitting has points, or did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grades {
    None,
    Some,
}

/// A sitting that is to be. This is what a board signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// `specialties/{specialty}`.
    pub specialty: String,
    pub exam: String,
    #[serde(flatten)]
    pub at: TimeAndPlace,
    /// Names of choices.
    pub choices: Vec<String>,
}

/// When and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeAndPlace {
    /// In whole microseconds.
    pub start_time: Timestamp,
    pub address: String,
}

/// What came of an exam for one applicant. This is what a board signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Row", try_from = "Row")]
pub struct Grade {
    /// The name of a choice.
    pub choice: String,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Points(Hundredths),
    /// Nobody came.
    Absent,
}

impl Outcome {
    pub fn points(self) -> Option<Hundredths> {
        match self {
            Self::Points(points) => Some(points),
            Self::Absent => None,
        }
    }
}

/// A grade as it is signed: `points`, or `absent`.
#[derive(Serialize, Deserialize)]
struct Row {
    choice: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    points: Option<Hundredths>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    absent: bool,
}

impl From<Grade> for Row {
    fn from(grade: Grade) -> Self {
        Self {
            choice: grade.choice,
            points: grade.outcome.points(),
            absent: grade.outcome == Outcome::Absent,
        }
    }
}

impl TryFrom<Row> for Grade {
    type Error = &'static str;

    fn try_from(row: Row) -> Result<Self, Self::Error> {
        let outcome = match (row.points, row.absent) {
            (Some(points), false) => Outcome::Points(points),
            (None, true) => Outcome::Absent,
            _ => return Err("either points, or nobody came"),
        };
        Ok(Self {
            choice: row.choice,
            outcome,
        })
    }
}

impl TimeAndPlace {
    /// Everything wrong with it, by the paths of this message.
    pub fn violations(&self, path: &str, now: Timestamp) -> Violations {
        let mut wrong = Violations::new();
        if self.start_time <= now {
            wrong.add(format!("{path}.start_time"), "TIME_IN_PAST");
        }
        let field = format!("{path}.address");
        if self.address.trim().is_empty() {
            wrong.add(field, "REQUIRED");
        } else if self.address.chars().count() > LONGEST_ADDRESS {
            wrong.add_with(field, "TOO_LONG", [("max", LONGEST_ADDRESS.to_string())]);
        } else if self.address.chars().any(char::is_control) {
            wrong.add(field, "INVALID_FORMAT");
        }
        wrong
    }
}

impl ExamSitting {
    /// Another time and place.
    ///
    /// # Errors
    /// `EXAM_GRADED`: Баға қойылған жағдайда емтихан уақытын өзгерту мүмкін емес.
    pub fn move_to(&mut self, name: &str, at: &TimeAndPlace) -> Result<(), Refusal> {
        if self.grades == Grades::Some {
            return Err(Refusal::ExamGraded {
                exam_sitting: name.to_owned(),
            });
        }
        self.start = at.start_time;
        self.address = at.address.clone();
        Ok(())
    }
}

/// Points of an exam: from 0 to 100.
pub fn points(text: &str) -> Option<Hundredths> {
    Hundredths::parse(text).filter(|it| *it <= MOST_POINTS)
}

/// The exams that every applicant of a specialty has to have points of before they are ranked.
pub fn needed<'a>(specialty: &Specialty, formula: &'a ScoreFormula) -> BTreeSet<&'a str> {
    let counted = formula.added.iter().map(|added| added.exam.as_str());
    let interviewed = specialty.is_by_interview();
    counted.chain(interviewed.then_some(INTERVIEW)).collect()
}

/// The exams that can be appointed: also those that only decide between equals.
pub fn asked<'a>(specialty: &Specialty, formula: &'a ScoreFormula) -> BTreeSet<&'a str> {
    let counted = formula.added.iter().map(|added| added.exam.as_str());
    let ties = formula.ties.iter().filter_map(|tie| match tie {
        Tie::Exam(exam) => Some(exam.as_str()),
        Tie::Mark(_) | Tie::Merit(_) => None,
    });
    let interviewed = specialty.is_for_workers();
    counted
        .chain(ties)
        .chain(interviewed.then_some(INTERVIEW))
        .collect()
}

/// The exams of which a list of those who have not sat one is asked for: all that everybody needs, or this
/// one, if it can be appointed.
pub fn awaited<'a>(
    specialty: &Specialty,
    formula: &'a ScoreFormula,
    exam: Option<&str>,
) -> BTreeSet<&'a str> {
    let Some(exam) = exam else {
        return needed(specialty, formula);
    };
    let mut asked = asked(specialty, formula);
    asked.retain(|it| *it == exam);
    asked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::score_formula::{Added, Rounding};
    use crate::domain::specialty::ExamNeed;

    fn time(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn at(start: &str, address: &str) -> TimeAndPlace {
        TimeAndPlace {
            start_time: time(start),
            address: address.into(),
        }
    }

    fn told(at: &TimeAndPlace) -> Vec<(String, &'static str)> {
        let found = at.violations("e", time("2026-08-01T05:00:00Z"));
        found.into_iter().map(|it| (it.field, it.reason)).collect()
    }

    fn specialty(level: &str, exam: ExamNeed) -> Specialty {
        Specialty {
            campaign: "campaigns/college-2026".into(),
            code: "COOK".into(),
            payment: "STATE_ORDER".into(),
            training_kind: "GENERAL".into(),
            education_base: "BASIC_SECONDARY".into(),
            study_form: "FULL_TIME".into(),
            language: "KK".into(),
            qualification_level: level.into(),
            region: "KZ-71".into(),
            places: 25,
            quotas: Vec::new(),
            exam: Some(exam),
            term_months: 22,
        }
    }

    fn formula(added: &[&str], ties: &[&str]) -> ScoreFormula {
        let one = |exam: &&str| Added {
            exam: (*exam).into(),
            numerator: 1,
            denominator: 10,
        };
        ScoreFormula {
            version: 1,
            marks: Vec::new(),
            added: added.iter().map(one).collect(),
            rounding: Rounding::Exact,
            ties: ties.iter().map(|exam| Tie::Exam((*exam).into())).collect(),
        }
    }

    #[test]
    fn a_time_to_come_and_a_place_of_one_line_are_good() {
        assert_eq!(told(&at("2026-08-05T04:00:00Z", "Абай даңғылы 8, 203")), []);
        for (start, address, field, reason) in [
            ("2026-08-01T05:00:00Z", "x", "e.start_time", "TIME_IN_PAST"),
            ("2026-08-05T04:00:00Z", " ", "e.address", "REQUIRED"),
            (
                "2026-08-05T04:00:00Z",
                "a\nb",
                "e.address",
                "INVALID_FORMAT",
            ),
        ] {
            assert_eq!(told(&at(start, address)), [(field.to_owned(), reason)]);
        }
        let long = "a".repeat(301);
        let told = told(&at("2026-08-05T04:00:00Z", &long));
        assert_eq!(told, [("e.address".to_owned(), "TOO_LONG")]);
    }

    #[test]
    fn a_sitting_moves_until_somebody_in_it_has_points() {
        let mut sitting = ExamSitting {
            specialty: "s1".into(),
            exam: "SPECIAL".into(),
            start: time("2026-08-05T04:00:00Z"),
            address: "203".into(),
            grades: Grades::None,
        };
        let later = at("2026-08-06T04:00:00Z", "204");
        assert_eq!(sitting.move_to("examSittings/e", &later), Ok(()));
        assert_eq!(
            (sitting.start, sitting.address.as_str()),
            (later.start_time, "204")
        );
        sitting.grades = Grades::Some;
        let refused = sitting.move_to("examSittings/e", &at("2026-08-07T04:00:00Z", "1"));
        assert!(matches!(refused, Err(Refusal::ExamGraded { .. })));
        assert_eq!(sitting.address, "204");
    }

    #[test]
    fn points_are_from_0_to_100_in_hundredths() {
        for (text, kept) in [("0", "0"), ("87.50", "87.5"), ("100", "100")] {
            let points = points(text).map(|it| it.to_string());
            assert_eq!(points.as_deref(), Some(kept));
        }
        for text in ["100.01", "-1", "87.255", "ninety", ""] {
            assert_eq!(points(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_signed_of_a_grade_is_either_points_or_that_nobody_came() {
        let grade = |outcome| Grade {
            choice: "c".into(),
            outcome,
        };
        for (outcome, signed) in [
            (
                Outcome::Points(Hundredths::whole(87)),
                r#"{"choice":"c","points":"87"}"#,
            ),
            (Outcome::Absent, r#"{"choice":"c","absent":true}"#),
        ] {
            let written = serde_json::to_string(&grade(outcome)).expect("JSON");
            assert_eq!(written, signed);
            let read: Grade = serde_json::from_str(signed).expect("a grade");
            assert_eq!(read, grade(outcome));
        }
        for neither in [
            r#"{"choice":"c"}"#,
            r#"{"choice":"c","points":"87","absent":true}"#,
        ] {
            assert!(serde_json::from_str::<Grade>(neither).is_err(), "{neither}");
        }
    }

    #[test]
    fn exams_are_those_of_the_formula_and_workers_are_talked_to() {
        let middle = specialty("MIDDLE_SPECIALIST", ExamNeed::Required);
        let creative = formula(&["CREATIVE"], &["SPECIAL"]);
        assert_eq!(needed(&middle, &creative), BTreeSet::from(["CREATIVE"]));
        let both = BTreeSet::from(["CREATIVE", "SPECIAL"]);
        assert_eq!(asked(&middle, &creative), both);

        let marks = formula(&[], &[]);
        let worker = specialty("SKILLED_WORKER", ExamNeed::Required);
        assert_eq!(needed(&worker, &marks), BTreeSet::from(["INTERVIEW"]));
        assert_eq!(asked(&worker, &marks), BTreeSet::from(["INTERVIEW"]));
        let by_marks = specialty("SKILLED_WORKER", ExamNeed::None);
        assert!(needed(&by_marks, &marks).is_empty());
    }

    #[test]
    fn who_has_not_sat_an_exam_is_asked_of_all_needed_ones_or_of_one_that_can_be_appointed() {
        let middle = specialty("MIDDLE_SPECIALIST", ExamNeed::Required);
        let formula = formula(&["CREATIVE", "PSYCHOMETRIC"], &["SPECIAL"]);
        let all = BTreeSet::from(["CREATIVE", "PSYCHOMETRIC"]);
        for (exam, expected) in [
            (None, all),
            (Some("CREATIVE"), BTreeSet::from(["CREATIVE"])),
            (Some("SPECIAL"), BTreeSet::from(["SPECIAL"])),
            (Some("INTERVIEW"), BTreeSet::new()),
        ] {
            assert_eq!(awaited(&middle, &formula, exam), expected, "{exam:?}");
        }
    }
}
