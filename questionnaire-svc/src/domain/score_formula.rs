//! The score formula of a specialty (СКБ формуласы): which marks of the certificate count and how much,
//! which exams are added, how the result is rounded, what decides between equals. Data with a version,
//! frozen by the signature that approved it.
//!
//! testing-svc ranks by it and reads the same JSON: `tests/golden/score-formula.json` is held by a test on
//! either side.

use std::collections::BTreeSet;

use chassis::violation::Violations;
use serde::{Deserialize, Serialize};

use super::choice::Mark;
use super::dictionary::Dictionaries;
use super::specialty::check_code;

/// Marks that count, and exams that add, in one formula at most.
const MOST_PARTS: usize = 32;
/// Marks of which one is enough.
const MOST_ALTERNATIVES: usize = 16;
const MOST_WEIGHT: u32 = 1_000;
/// What all fractions of a formula are written over, so that its results compare as whole numbers.
const MOST_COMMON_DENOMINATOR: u64 = 1_000_000;
const MOST_TIES: usize = 16;
/// Marks and points have no more digits after the point.
const MOST_DECIMALS: u32 = 4;

const SUBJECTS: &str = "certificate-subjects";
const EXAMS: &str = "entrance-exams";
const MERITS: &str = "merits";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreFormula {
    /// From 1.
    pub version: u32,
    /// The mean of these marks by their weights…
    pub marks: Vec<Marked>,
    /// …and points on top of it.
    pub added: Vec<Added>,
    pub rounding: Rounding,
    /// What decides between equal results, the most important first.
    pub ties: Vec<Tie>,
}

/// A mark of the certificate. Of several subjects the best mark counts: a profile subject of one's choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    pub any_of: Vec<String>,
    pub weight: u32,
}

/// The points of an exam, times a fraction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    pub exam: String,
    pub numerator: u32,
    pub denominator: u32,
}

/// How a result is made coarser before it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rounding {
    /// Not at all.
    Exact,
    /// To so many digits after the point; what lies in the middle goes up.
    HalfUp { decimals: u32 },
    /// Digits after these are left out.
    Down { decimals: u32 },
}

/// One of the things that decide between equals. Who lacks it comes behind those who have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tie {
    /// The better mark in a subject.
    Mark(String),
    /// More points in an exam.
    Exam(String),
    /// Who has it comes first: a distinction, a prize of an olympiad.
    Merit(String),
}

impl ScoreFormula {
    /// Everything wrong with it, by the paths of this message. The version is not the sender's to say.
    pub fn violations(&self, path: &str, dictionaries: &Dictionaries) -> Violations {
        let mut judge = Judge {
            path,
            dictionaries,
            wrong: Violations::new(),
        };
        judge.marks(&self.marks);
        if self.marks.is_empty() && self.added.is_empty() {
            judge.add("marks", "REQUIRED");
        }
        judge.added(&self.added);
        if self.common_denominator().is_none() {
            judge.add("added", "OUT_OF_RANGE");
        }
        if let Rounding::HalfUp { decimals } | Rounding::Down { decimals } = self.rounding {
            judge.within("rounding.decimals", decimals, 0, MOST_DECIMALS);
        }
        judge.ties(&self.ties);
        judge.wrong
    }

    /// What it counts and these marks have not: of several subjects one is enough.
    pub fn lacking(&self, marks: &[Mark]) -> Vec<&Marked> {
        let has = |subject: &String| marks.iter().any(|mark| mark.subject == *subject);
        let lacks = |counted: &&Marked| !counted.any_of.iter().any(has);
        self.marks.iter().filter(lacks).collect()
    }

    /// What the fractions of the exams have in common; none where it is too large.
    fn common_denominator(&self) -> Option<u64> {
        self.added.iter().try_fold(1_u64, |common, added| {
            let next = u64::from(added.denominator.max(1));
            let common = common / common_divisor(common, next) * next;
            (common <= MOST_COMMON_DENOMINATOR).then_some(common)
        })
    }
}

fn common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

struct Judge<'a> {
    path: &'a str,
    dictionaries: &'a Dictionaries,
    wrong: Violations,
}

impl Judge<'_> {
    fn add(&mut self, field: &str, reason: &'static str) {
        self.wrong.add(format!("{}.{field}", self.path), reason);
    }

    fn code(&mut self, field: &str, dictionary: &str, code: &str) {
        let field = format!("{}.{field}", self.path);
        check_code(&mut self.wrong, field, self.dictionaries, dictionary, code);
    }

    fn within(&mut self, field: &str, value: u32, least: u32, most: u32) {
        if !(least..=most).contains(&value) {
            let field = format!("{}.{field}", self.path);
            self.wrong
                .add_with(field, "OUT_OF_RANGE", [("max", most.to_string())]);
        }
    }

    fn many(&mut self, field: &str, count: usize, most: usize) {
        if count > most {
            let field = format!("{}.{field}", self.path);
            self.wrong
                .add_with(field, "TOO_MANY", [("max", most.to_string())]);
        }
    }

    fn marks(&mut self, marks: &[Marked]) {
        self.many("marks", marks.len(), MOST_PARTS);
        let mut single = BTreeSet::new();
        for (at, marked) in marks.iter().enumerate().take(MOST_PARTS) {
            let field = format!("marks[{at}].any_of");
            let codes: BTreeSet<_> = marked.any_of.iter().collect();
            if codes.is_empty() {
                self.add(&field, "REQUIRED");
            }
            self.many(&field, marked.any_of.len(), MOST_ALTERNATIVES);
            for (place, code) in marked.any_of.iter().enumerate().take(MOST_ALTERNATIVES) {
                self.code(&format!("{field}[{place}]"), SUBJECTS, code);
            }
            // A compulsory mark twice is a weight that somebody forgot; as an alternative it may recur.
            let again = codes.len() == 1 && !single.insert(codes.clone());
            if codes.len() < marked.any_of.len() || again {
                self.add(&field, "VALUE_TWICE");
            }
            self.within(
                &format!("marks[{at}].weight"),
                marked.weight,
                1,
                MOST_WEIGHT,
            );
        }
    }

    fn added(&mut self, added: &[Added]) {
        self.many("added", added.len(), MOST_PARTS);
        for (at, one) in added.iter().enumerate().take(MOST_PARTS) {
            let field = format!("added[{at}].exam");
            match added[..at].iter().any(|it| it.exam == one.exam) {
                true => self.add(&field, "VALUE_TWICE"),
                false => self.code(&field, EXAMS, &one.exam),
            }
            for (part, value) in [
                ("numerator", one.numerator),
                ("denominator", one.denominator),
            ] {
                self.within(&format!("added[{at}].{part}"), value, 1, MOST_WEIGHT);
            }
        }
    }

    fn ties(&mut self, ties: &[Tie]) {
        self.many("ties", ties.len(), MOST_TIES);
        for (at, tie) in ties.iter().enumerate().take(MOST_TIES) {
            let field = format!("ties[{at}]");
            if ties[..at].contains(tie) {
                self.add(&field, "VALUE_TWICE");
                continue;
            }
            match tie {
                Tie::Mark(code) => self.code(&field, SUBJECTS, code),
                Tie::Exam(code) => self.code(&field, EXAMS, code),
                Tie::Merit(code) => self.code(&field, MERITS, code),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::choice::Hundredths;
    use super::*;

    const GOLDEN: &str = include_str!("../../../tests/golden/score-formula.json");

    fn told(formula: &ScoreFormula) -> Vec<(String, &'static str)> {
        let found = formula.violations("f", Dictionaries::shipped());
        found.into_iter().map(|it| (it.field, it.reason)).collect()
    }

    /// The formula that testing-svc reads in a test of its own.
    fn golden() -> ScoreFormula {
        serde_json::from_str(GOLDEN).expect("a formula")
    }

    #[test]
    fn the_json_is_the_one_that_testing_svc_reads() {
        let formula = golden();
        assert_eq!(told(&formula), []);
        let kept: serde_json::Value = serde_json::from_str(GOLDEN).expect("JSON");
        assert_eq!(serde_json::to_value(&formula).expect("JSON"), kept);
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let mut wrong = golden();
        wrong.marks[0].weight = 0;
        wrong.marks[1].any_of = vec!["NOTHING".into(), "BIOLOGY".into(), "BIOLOGY".into()];
        wrong.added[0].denominator = 1_001;
        wrong.rounding = Rounding::Down { decimals: 5 };
        wrong.ties = vec![
            Tie::Merit("X".into()),
            Tie::Mark("KAZAKH".into()),
            Tie::Mark("KAZAKH".into()),
        ];
        let expected = [
            ("f.marks[0].weight", "OUT_OF_RANGE"),
            ("f.marks[1].any_of[0]", "UNKNOWN_VALUE"),
            ("f.marks[1].any_of", "VALUE_TWICE"),
            ("f.added[0].denominator", "OUT_OF_RANGE"),
            ("f.rounding.decimals", "OUT_OF_RANGE"),
            ("f.ties[0]", "UNKNOWN_VALUE"),
            ("f.ties[2]", "VALUE_TWICE"),
        ];
        assert_eq!(told(&wrong), expected.map(|(a, b)| (a.to_owned(), b)));
    }

    #[test]
    fn a_compulsory_mark_has_to_be_there_and_of_several_one() {
        let mut formula = golden();
        let counted = |codes: &[&str]| Marked {
            any_of: codes.iter().map(|&code| code.to_owned()).collect(),
            weight: 1,
        };
        formula.marks = vec![counted(&["KAZAKH"]), counted(&["BIOLOGY", "CHEMISTRY"])];
        let lacking = |subjects: &[&str]| {
            let mark = |subject: &&str| Mark {
                subject: (*subject).into(),
                mark: Hundredths::whole(4),
            };
            let marks: Vec<_> = subjects.iter().map(mark).collect();
            let lacking = formula.lacking(&marks);
            lacking
                .iter()
                .map(|it| it.any_of.join(" "))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            lacking(&["KAZAKH", "CHEMISTRY", "LAW"]),
            Vec::<String>::new()
        );
        assert_eq!(lacking(&["KAZAKH"]), ["BIOLOGY CHEMISTRY"]);
        assert_eq!(lacking(&["LAW"]), ["KAZAKH", "BIOLOGY CHEMISTRY"]);
    }

    #[test]
    fn a_formula_of_nothing_is_none() {
        let empty = ScoreFormula {
            version: 1,
            marks: Vec::new(),
            added: Vec::new(),
            rounding: Rounding::Exact,
            ties: Vec::new(),
        };
        assert_eq!(told(&empty), [("f.marks".to_owned(), "REQUIRED")]);
    }

    #[test]
    fn fractions_that_have_too_little_in_common_are_refused() {
        let mut wrong = golden();
        let exam = |exam: &str, denominator| Added {
            exam: exam.into(),
            numerator: 1,
            denominator,
        };
        wrong.added = vec![
            exam("CREATIVE", 997),
            exam("SPECIAL", 991),
            exam("INTERVIEW", 983),
        ];
        assert_eq!(told(&wrong), [("f.added".to_owned(), "OUT_OF_RANGE")]);
    }
}
