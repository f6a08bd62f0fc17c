//! What a certificate of a stage is about: its subjects, and which share of the best score is enough
//! for which category. Data of the stage, so that a version of it is a version of them; what is
//! published keeps the one it was published with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::localized::Localized;
use crate::domain::participant::Came;
use crate::domain::score::{Scale, Score};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// A short name for machines, such as `NQT`.
    pub programme: String,
    /// What people read at its head.
    pub title: Localized,
    pub subjects: Vec<Subject>,
    pub marks: Vec<PassMark>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    pub code: String,
    pub title: Localized,
    /// The best score in it; the least is nothing.
    pub highest: Score,
}

/// A category, and what has to be reached for it: an exact share of the best score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassMark {
    pub category: String,
    pub title: Localized,
    pub numerator: u32,
    pub denominator: u32,
    /// Only for those of this direction; empty: for those whose direction has no marks of its own.
    pub direction: String,
}

/// Scores, or what is added to them, by the code of the subject.
pub type BySubject = BTreeMap<String, Score>;

impl Terms {
    /// The best score in all subjects together.
    pub fn highest(&self) -> Score {
        Score::sum(self.subjects.iter().map(|it| it.highest))
    }

    /// What a subject is called; none where the terms don't know it.
    pub fn subject_title(&self, code: &str) -> Option<&Localized> {
        let subject = self.subjects.iter().find(|it| it.code == code)?;
        Some(&subject.title)
    }

    /// What a category is called; none where the terms don't know it.
    pub fn category_title(&self, category: &str) -> Option<&Localized> {
        let mark = self.marks.iter().find(|it| it.category == category)?;
        Some(&mark.title)
    }

    /// What is passed, and by whom: the one rule of it. Who goes on and who doesn't may have passed; who
    /// was absent or sent out has not, whatever the score.
    pub fn awarded(&self, came: Came, direction: &str, total: Option<Score>) -> Option<&PassMark> {
        let counts = matches!(came, Came::Advanced | Came::NotAdvanced);
        self.reached(direction, total.filter(|_| counts)?)
    }

    /// The least total that is enough for a category in this direction; none where there are no marks.
    pub fn least(&self, direction: &str) -> Option<Score> {
        let least = |it: &PassMark| {
            let (part, whole) = (i64::from(it.numerator), i64::from(it.denominator));
            // Rounded up: nothing here is below zero.
            Score((self.highest().0 * part + whole - 1) / whole.max(1))
        };
        self.marks_of(direction).map(least).min()
    }

    /// The highest category that this total reaches; none where nothing is passed.
    fn reached(&self, direction: &str, total: Score) -> Option<&PassMark> {
        let reached = self
            .marks_of(direction)
            .filter(|it| it.is_reached(total, self.highest()));
        // The first of equal ones, as they are written.
        reached.reduce(|best, it| if it.is_above(best) { it } else { best })
    }

    /// The marks by which those of a direction are measured.
    fn marks_of(&self, direction: &str) -> impl Iterator<Item = &PassMark> {
        let own = self.marks.iter().any(|it| it.direction == direction);
        let measure = if own { direction } else { "" }.to_owned();
        let marks = self.marks.iter();
        marks.filter(move |it| it.direction == measure)
    }

    /// The scores of a person, one for each subject, that make the score as a whole.
    ///
    /// # Errors
    /// `SUBJECT_UNKNOWN`, `SUBJECTS_INCOMPLETE`, `SUBJECT_SUM_MISMATCH`, or what is wrong with a score.
    pub fn scores(
        &self,
        scale: &Scale,
        given: &[(String, String)],
        whole: Score,
    ) -> Result<BySubject, &'static str> {
        let read = self.read(given)?;
        if read.len() != self.subjects.len() {
            return Err("SUBJECTS_INCOMPLETE");
        }
        self.check(scale, &read, &BySubject::new())?;
        adds_up(read, whole)
    }

    /// What an appeal adds to the scores of a person, subject by subject.
    ///
    /// # Errors
    /// `SUBJECT_UNKNOWN`, `SUBJECT_SUM_MISMATCH`, `OUT_OF_RANGE`, or what is wrong with a total.
    pub fn deltas(
        &self,
        scale: &Scale,
        scores: &BySubject,
        given: &[(String, String)],
        whole: Score,
    ) -> Result<BySubject, &'static str> {
        let read = self.read(given)?;
        if read.values().any(|it| *it < Score(0)) {
            return Err("OUT_OF_RANGE");
        }
        self.check(scale, scores, &read)?;
        adds_up(read, whole)
    }

    fn read(&self, given: &[(String, String)]) -> Result<BySubject, &'static str> {
        let mut read = BySubject::new();
        for (code, text) in given {
            let is_known = self.subjects.iter().any(|it| it.code == *code);
            if !is_known || read.insert(code.clone(), Score::parse(text)?).is_some() {
                return Err("SUBJECT_UNKNOWN");
            }
        }
        Ok(read)
    }

    /// Each total is a score of its subject.
    fn check(
        &self,
        scale: &Scale,
        scores: &BySubject,
        deltas: &BySubject,
    ) -> Result<(), &'static str> {
        let of = |all: &BySubject, code: &str| all.get(code).copied().unwrap_or_default();
        for subject in &self.subjects {
            let own = Scale {
                lowest: Score(0),
                highest: subject.highest,
                decimals: scale.decimals,
            };
            own.check(of(scores, &subject.code).plus(of(deltas, &subject.code)))?;
        }
        Ok(())
    }
}

impl PassMark {
    /// Without a rounding: 70 % of 110 is reached by 77, and not by 76.9999.
    pub fn is_reached(&self, total: Score, highest: Score) -> bool {
        i128::from(total.0) * i128::from(self.denominator)
            >= i128::from(highest.0) * i128::from(self.numerator)
    }

    fn is_above(&self, other: &Self) -> bool {
        u64::from(self.numerator) * u64::from(other.denominator)
            > u64::from(other.numerator) * u64::from(self.denominator)
    }
}

fn adds_up(read: BySubject, whole: Score) -> Result<BySubject, &'static str> {
    if Score::sum(read.values().copied()) == whole {
        Ok(read)
    } else {
        Err("SUBJECT_SUM_MISMATCH")
    }
}

#[cfg(test)]
#[path = "terms_tests.rs"]
mod tests;
