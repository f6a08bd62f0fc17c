//! A person's result under a formula, with everything that it is made of, so that it can be checked with
//! a pencil; or what is missing for it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::formula::{Added, Formula, Marked, Tie};
use super::points::Points;
use crate::domain::score::Score;

/// What is known of a person. Names stay outside: people have numbers here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Marks of the certificate, by subject.
    pub marks: BTreeMap<String, Score>,
    /// Points, by exam.
    pub exams: BTreeMap<String, Score>,
    pub merits: BTreeSet<String>,
}

/// A mark or points that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub code: String,
    pub score: Score,
    /// The weight of a mark, over all weights; the fraction of an exam.
    pub numerator: u64,
    pub denominator: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reckoning {
    pub marks: Vec<Counted>,
    pub added: Vec<Counted>,
    /// Before the formula rounds.
    pub exact: Points,
    pub points: Points,
    /// What decides between equals, in the formula's order; none is worse than anything.
    pub ties: Vec<Option<Score>>,
}

/// Why somebody can't be ranked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// None of these marks is there.
    Mark(Vec<String>),
    /// The exam was not taken, or has no points yet.
    Exam(String),
}

impl Reckoning {
    /// A better claim is greater. Equal ones have equal ranks.
    pub fn claim(&self) -> (Points, &[Option<Score>]) {
        (self.points, &self.ties)
    }
}

/// The result of one person.
///
/// No sum here can grow too long: of 32 marks of 64 bits, each times a weight of 1 000 and a common
/// denominator of 10⁶, and 32 exams of 64 bits, each times 1 000, all weights and that denominator, the
/// sum stays below 2⁶³ · 10¹⁶, a thousandth of what 127 bits hold.
///
/// # Errors
/// Everything that is missing, at once.
pub fn reckon(formula: &Formula, record: &Record) -> Result<Reckoning, Vec<Missing>> {
    let weights = formula.weights();
    let (mut marks, mut added, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for marked in &formula.marks {
        match best(marked, record, weights) {
            Some(counted) => marks.push(counted),
            None => missing.push(Missing::Mark(marked.any_of.clone())),
        }
    }
    for exam in &formula.added {
        match points_of(exam, record) {
            Some(counted) => added.push(counted),
            None => missing.push(Missing::Exam(exam.exam.clone())),
        }
    }
    if !missing.is_empty() {
        return Err(missing);
    }
    // A formula that was checked has one.
    let common = formula.denominator().unwrap_or(1);
    let of_marks = marks.iter().map(|it| product(it) * i128::from(common));
    let of_exams = added.iter().map(|it| {
        let share = common / it.denominator;
        product(it) * i128::from(weights) * i128::from(share)
    });
    let exact = Points::new(of_marks.chain(of_exams).sum(), weights * common);
    Ok(Reckoning {
        marks,
        added,
        exact,
        points: exact.rounded(formula.rounding),
        ties: formula
            .ties
            .iter()
            .map(|tie| decisive(tie, record))
            .collect(),
    })
}

fn product(counted: &Counted) -> i128 {
    i128::from(counted.score.0) * i128::from(counted.numerator)
}

/// The best of the marks that will do; of equal ones the first that the formula names.
fn best(marked: &Marked, record: &Record, weights: u64) -> Option<Counted> {
    let there = marked.any_of.iter().enumerate();
    let there = there.filter_map(|(at, code)| Some((*record.marks.get(code)?, Reverse(at), code)));
    let (score, _, code) = there.max()?;
    Some(Counted {
        code: code.clone(),
        score,
        numerator: marked.weight.into(),
        denominator: weights,
    })
}

fn points_of(added: &Added, record: &Record) -> Option<Counted> {
    Some(Counted {
        code: added.exam.clone(),
        score: *record.exams.get(&added.exam)?,
        numerator: added.numerator.into(),
        denominator: added.denominator.max(1).into(),
    })
}

fn decisive(tie: &Tie, record: &Record) -> Option<Score> {
    match tie {
        Tie::Mark(code) => record.marks.get(code).copied(),
        Tie::Exam(code) => record.exams.get(code).copied(),
        Tie::Merit(code) => record.merits.contains(code).then_some(Score(1)),
    }
}
