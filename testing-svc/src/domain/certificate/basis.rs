//! What a certificate is made of: a published result with what an appeal added to it.

use chassis::mask::Masked;
use jiff::Timestamp;
use jiff::civil::Date;

use super::number::{Code, Number};
use super::paper::{KeyId, Line, Paper};
use crate::domain::stage_result::StageResult;

/// What is drawn for a paper, and the day it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    pub number: Number,
    pub code: Code,
    pub key: KeyId,
    pub day: Date,
}

impl StageResult {
    /// Whether a certificate is waited for now.
    pub fn is_due(&self, now: Timestamp) -> bool {
        let published = self.published.as_ref();
        let due = published.and_then(|it| it.certificate_due);
        due.is_some_and(|due| due <= now)
    }

    /// What the paper says; none where nothing was passed.
    pub fn paper(&self, drawn: Drawn, name: Masked<String>) -> Option<Paper> {
        let (terms, mark) = (self.terms.as_ref()?, self.mark()?);
        let lines: Vec<Line> = self
            .by_subject()
            .into_iter()
            .map(|(_, line)| line)
            .collect();
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
