//! The score formula of a specialty. Data with a version: a rating keeps the version that it was made
//! with, and a version that was signed is never changed.
//!
//! Mean of the marks by their weights, plus points of exams. Orders 578 and its amendments say no more
//! than that the compulsory and the profile subjects count and that points of special exams are added;
//! which ones, how much, and what decides between equals is each year's and each college's.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::points::Rounding;
use crate::domain::score::MOST_DECIMALS;

/// Marks that count, and exams that add, in one formula at most.
pub const MOST_PARTS: usize = 32;
/// Marks of which one is enough.
pub const MOST_ALTERNATIVES: usize = 16;
pub const MOST_WEIGHT: u32 = 1_000;
/// What all fractions of a formula are written over, so that its results compare as whole numbers.
pub const MOST_COMMON_DENOMINATOR: u64 = 1_000_000;
pub const MOST_TIES: usize = 16;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Formula {
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

/// A mark of the certificate. Of several codes the best mark counts: a profile subject of one's choice.
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

/// What is wrong with a formula: the field, and the reason.
pub type Fault = (String, &'static str);

impl Formula {
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self) -> Result<(), Vec<Fault>> {
        let mut faults = Vec::new();
        if self.version == 0 {
            faults.push(("version".into(), "REQUIRED"));
        }
        self.check_marks(&mut faults);
        self.check_added(&mut faults);
        self.check_ties(&mut faults);
        if let Rounding::HalfUp { decimals } | Rounding::Down { decimals } = self.rounding
            && decimals > MOST_DECIMALS
        {
            faults.push(("rounding.decimals".into(), "OUT_OF_RANGE"));
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }

    fn check_marks(&self, faults: &mut Vec<Fault>) {
        if self.marks.is_empty() && self.added.is_empty() {
            faults.push(("marks".into(), "REQUIRED"));
        }
        if self.marks.len() > MOST_PARTS {
            faults.push(("marks".into(), "TOO_MANY"));
        }
        let mut single = BTreeSet::new();
        for (at, marked) in self.marks.iter().enumerate() {
            let field = format!("marks[{at}].any_of");
            let codes: BTreeSet<_> = marked.any_of.iter().collect();
            if codes.is_empty() || marked.any_of.iter().any(String::is_empty) {
                faults.push((field.clone(), "REQUIRED"));
            }
            if marked.any_of.len() > MOST_ALTERNATIVES {
                faults.push((field.clone(), "TOO_MANY"));
            }
            // A compulsory mark twice is a weight that somebody forgot; as an alternative it may recur.
            let again = codes.len() == 1 && !single.insert(codes.clone());
            if codes.len() < marked.any_of.len() || again {
                faults.push((field, "DUPLICATE"));
            }
            if !(1..=MOST_WEIGHT).contains(&marked.weight) {
                faults.push((format!("marks[{at}].weight"), "OUT_OF_RANGE"));
            }
        }
    }

    fn check_added(&self, faults: &mut Vec<Fault>) {
        if self.added.len() > MOST_PARTS {
            faults.push(("added".into(), "TOO_MANY"));
        }
        let mut seen = BTreeSet::new();
        for (at, added) in self.added.iter().enumerate() {
            let field = format!("added[{at}]");
            if added.exam.is_empty() {
                faults.push((format!("{field}.exam"), "REQUIRED"));
            } else if !seen.insert(&added.exam) {
                faults.push((format!("{field}.exam"), "DUPLICATE"));
            }
            let range = 1..=MOST_WEIGHT;
            if !range.contains(&added.numerator) || !range.contains(&added.denominator) {
                faults.push((field, "OUT_OF_RANGE"));
            }
        }
        if self.denominator().is_none() {
            faults.push(("added".into(), "OUT_OF_RANGE"));
        }
    }

    fn check_ties(&self, faults: &mut Vec<Fault>) {
        if self.ties.len() > MOST_TIES {
            faults.push(("ties".into(), "TOO_MANY"));
        }
        for (at, tie) in self.ties.iter().enumerate() {
            let (Tie::Mark(code) | Tie::Exam(code) | Tie::Merit(code)) = tie;
            if code.is_empty() {
                faults.push((format!("ties[{at}]"), "REQUIRED"));
            } else if self.ties[..at].contains(tie) {
                faults.push((format!("ties[{at}]"), "DUPLICATE"));
            }
        }
    }

    /// The weights together; one where no mark counts.
    pub fn weights(&self) -> u64 {
        self.marks
            .iter()
            .map(|it| u64::from(it.weight))
            .sum::<u64>()
            .max(1)
    }

    /// What the fractions of the exams have in common; none where it is too large.
    pub fn denominator(&self) -> Option<u64> {
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
