//! An appeal: a person disputes a published result. The decision stays inside until all that are
//! decided are published.

use jiff::Timestamp;
use uuid::Uuid;

use super::certificate::terms::BySubject;
use super::refusal::Refusal;
use super::score::{Scale, Score};
use super::words;

/// Characters of what a person writes, and of what they are answered.
pub const LONGEST_TEXT: usize = 4_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appeal {
    pub id: Uuid,
    pub campaign: String,
    pub stage: Uuid,
    pub result: Uuid,
    pub account: Uuid,
    pub candidate_number: String,
    pub text: String,
    pub filed: Timestamp,
    pub decision: Option<Decided>,
    pub published: Option<Timestamp>,
    /// Whether the person advanced because of it.
    pub advanced: bool,
    pub version: i32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub verdict: Verdict,
    pub delta: Score,
    /// The same by subject, where the stage has subjects.
    pub subjects: BySubject,
    pub note: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Granted,
    Rejected,
}

words!(Verdict {
    Granted = "GRANTED",
    Rejected = "REJECTED",
});

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Filed,
    Decided,
    Published,
}

words!(State {
    Filed = "FILED",
    Decided = "DECIDED",
    Published = "PUBLISHED",
});

impl Appeal {
    pub fn name(&self) -> String {
        name(&self.campaign, self.id)
    }

    pub fn state(&self) -> State {
        match (self.published, &self.decision) {
            (Some(_), _) => State::Published,
            (None, Some(_)) => State::Decided,
            (None, None) => State::Filed,
        }
    }

    /// Decides it, or decides it again.
    pub fn decide(&mut self, decided: Decided) -> Result<(), Refusal> {
        if self.published.is_some() {
            return Err(Refusal::AppealPublished);
        }
        self.decision = Some(decided);
        Ok(())
    }
}

/// What is added to a score: something where it is granted, and nothing where it is not.
///
/// # Errors
/// What is wrong with the text.
pub fn delta(verdict: Verdict, text: &str) -> Result<Score, &'static str> {
    match (verdict, text.trim()) {
        (Verdict::Rejected, "") => Ok(Score(0)),
        (verdict, text) => match (verdict, Score::parse(text)?) {
            (Verdict::Granted, delta) if delta > Score(0) => Ok(delta),
            (Verdict::Rejected, Score(0)) => Ok(Score(0)),
            _ => Err("OUT_OF_RANGE"),
        },
    }
}

/// Whether a score may be raised by this much.
///
/// # Errors
/// What is wrong with the total.
pub fn raised(scale: &Scale, score: Score, delta: Score) -> Result<Score, &'static str> {
    scale.check(score.plus(delta))
}

/// Whether who did not advance does now. Nobody who advanced ceases to.
pub fn reaches(cut: Option<Score>, total: Score) -> bool {
    cut.is_some_and(|cut| total >= cut)
}

pub fn name(campaign: &str, appeal: Uuid) -> String {
    format!("campaigns/{campaign}/appeals/{appeal}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn granting_adds_something_and_rejecting_nothing() {
        assert_eq!(delta(Verdict::Granted, "1.5"), Ok(Score(15_000)));
        assert_eq!(delta(Verdict::Granted, "0"), Err("OUT_OF_RANGE"));
        assert_eq!(delta(Verdict::Granted, "-1"), Err("OUT_OF_RANGE"));
        assert_eq!(delta(Verdict::Granted, ""), Err("REQUIRED"));
        assert_eq!(delta(Verdict::Rejected, ""), Ok(Score(0)));
        assert_eq!(delta(Verdict::Rejected, "2"), Err("OUT_OF_RANGE"));
    }

    #[test]
    fn a_total_stays_on_the_scale() {
        let scale = Scale {
            lowest: Score(0),
            highest: Score(500_000),
            decimals: 0,
        };
        let raise = |delta| raised(&scale, Score(480_000), Score(delta));
        assert_eq!(raise(20_000), Ok(Score(500_000)));
        assert_eq!(raise(30_000), Err("SCORE_OFF_SCALE"));
        assert_eq!(raise(5_000), Err("TOO_MANY_DECIMALS"));
    }

    #[test]
    fn who_reaches_the_cut_goes_on() {
        assert!(reaches(Some(Score(5)), Score(5)));
        assert!(!reaches(Some(Score(5)), Score(4)));
        assert!(!reaches(None, Score(9)));
    }
}
