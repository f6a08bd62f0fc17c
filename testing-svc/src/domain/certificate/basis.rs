//! What a certificate is made of: a published result with what an appeal added to it.

use chassis::mask::Masked;
use jiff::civil::Date;
use uuid::Uuid;

use super::number::{Code, Number};
use super::paper::{KeyId, Line, Paper};
use super::terms::{BySubject, Terms};
use crate::domain::participant::Came;
use crate::domain::score::Score;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    pub campaign: String,
    pub stage: Uuid,
    pub result: Uuid,
    pub account: Uuid,
    pub direction: String,
    pub came: Came,
    pub score: Option<Score>,
    pub subjects: BySubject,
    pub deltas: BySubject,
    pub terms: Option<Terms>,
    /// Whether a certificate is still waited for.
    pub is_due: bool,
}

/// What is drawn for a paper, and the day it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    pub number: Number,
    pub code: Code,
    pub key: KeyId,
    pub day: Date,
}

impl Basis {
    /// What the paper says; none where nothing was passed.
    pub fn paper(&self, drawn: Drawn, name: Masked<String>) -> Option<Paper> {
        let terms = self.terms.as_ref()?;
        self.score?;
        if !may_have(self.came) {
            return None;
        }
        let lines = lines(terms, &self.subjects, &self.deltas);
        let total = Score::sum(lines.iter().map(Line::total));
        let mark = terms.reached(&self.direction, total)?;
        Some(Paper {
            key: drawn.key,
            number: drawn.number,
            code: drawn.code,
            issued: drawn.day,
            programme: terms.programme.clone(),
            category: mark.category.clone(),
            highest: terms.highest(),
            lines,
            name,
        })
    }
}

/// Who goes on and who doesn't may have passed; who was absent or sent out has not.
pub fn may_have(came: Came) -> bool {
    matches!(came, Came::Advanced | Came::NotAdvanced)
}

/// One line for each subject, in the order of the stage.
pub fn lines(terms: &Terms, subjects: &BySubject, deltas: &BySubject) -> Vec<Line> {
    let of = |all: &BySubject, code: &str| all.get(code).copied().unwrap_or_default();
    let line = |code: &str| Line {
        subject: code.to_owned(),
        score: of(subjects, code),
        delta: of(deltas, code),
    };
    terms.subjects.iter().map(|it| line(&it.code)).collect()
}
