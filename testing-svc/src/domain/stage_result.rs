//! What a person reached in a stage, published or still to be.

use jiff::Timestamp;
use uuid::Uuid;

use super::certificate::paper::Line;
use super::certificate::terms::{BySubject, PassMark, Subject, Terms};
use super::participant::Came;
use super::score::Score;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageResult {
    pub id: Uuid,
    pub stage: Uuid,
    pub stage_number: i32,
    pub last_stage: bool,
    pub campaign: String,
    pub account: Uuid,
    pub candidate_number: String,
    pub direction: String,
    pub score: Option<Score>,
    /// The same by subject, where the stage has subjects.
    pub subjects: BySubject,
    pub terms: Option<Terms>,
    pub absent: bool,
    pub updated: Option<Timestamp>,
    pub published: Option<Published>,
}

/// What the publication made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    pub time: Timestamp,
    pub came: Came,
    /// The direction inside which it was measured; empty where all compete with all.
    pub competes_in: String,
    pub cut: Option<Score>,
    pub rank: i32,
    pub competitors: i32,
    pub advancing: i32,
    pub delta: Score,
    /// The same by subject.
    pub deltas: BySubject,
    pub by_appeal: bool,
    pub appeals_until: Option<Timestamp>,
    /// Since when a certificate is waited for, or until when its issue was put off.
    pub certificate_due: Option<Timestamp>,
}

impl StageResult {
    pub fn name(&self) -> String {
        name(&self.campaign, self.stage, self.id)
    }

    /// The score with what an appeal added.
    pub fn total(&self) -> Option<Score> {
        let delta = self.published.as_ref().map(|it| it.delta);
        Some(self.score?.plus(delta.unwrap_or_default()))
    }

    /// Its subjects, each with what was reached in it; none where the stage has none, or without a score.
    pub fn by_subject(&self) -> Vec<(&Subject, Line)> {
        let Some(terms) = self.terms.as_ref().filter(|_| self.score.is_some()) else {
            return Vec::new();
        };
        let none = BySubject::new();
        let deltas = self.published.as_ref().map_or(&none, |it| &it.deltas);
        let of = |all: &BySubject, code: &str| all.get(code).copied().unwrap_or_default();
        let line = |it: &Subject| Line {
            subject: it.code.clone(),
            score: of(&self.subjects, &it.code),
            delta: of(deltas, &it.code),
        };
        terms.subjects.iter().map(|it| (it, line(it))).collect()
    }

    /// The highest category that was reached, once it is published.
    pub fn mark(&self) -> Option<&PassMark> {
        self.awarded(self.total())
    }

    /// The one that is reached where an appeal adds so much to the score.
    pub fn mark_with(&self, delta: Score) -> Option<&PassMark> {
        self.awarded(self.score.map(|score| score.plus(delta)))
    }

    fn awarded(&self, total: Option<Score>) -> Option<&PassMark> {
        let came = self.published.as_ref()?.came;
        let terms = self.terms.as_ref()?;
        terms.awarded(came, &self.direction, total)
    }

    /// The message that tells it, and what it is filled in with.
    pub fn told(&self) -> Option<(&'static str, Vec<(&'static str, String)>)> {
        let published = self.published.as_ref()?;
        let came = matches!(published.came, Came::Advanced | Came::NotAdvanced);
        if let Some(terms) = self.terms.as_ref().filter(|_| came && !self.last_stage) {
            return Some(self.measured(terms));
        }
        let message = match (published.came, published.by_appeal, self.last_stage) {
            (Came::Advanced, true, true) => "RESULT_CHOSEN_BY_APPEAL",
            (Came::Advanced, true, false) => "RESULT_ADVANCED_BY_APPEAL",
            (Came::Advanced, false, true) => "RESULT_CHOSEN",
            (Came::Advanced, false, false) => "RESULT_ADVANCED",
            (Came::NotAdvanced, _, true) => "RESULT_NOT_CHOSEN",
            (Came::NotAdvanced, _, false) => "RESULT_NOT_ADVANCED",
            (Came::Absent, ..) => "RESULT_ABSENT",
            (Came::Terminated, ..) => "RESULT_TERMINATED",
        };
        let score = |score: Option<Score>| score.map_or("—".to_owned(), Score::written);
        let among = match published.competes_in.as_str() {
            "" => "all",
            _ => "direction",
        };
        let args = vec![
            ("rank", published.rank.to_string()),
            ("ordinal", ordinal(published.rank)),
            ("competitors", published.competitors.to_string()),
            ("advancing", published.advancing.to_string()),
            ("among", among.to_owned()),
            ("cut", score(published.cut)),
            ("total", score(self.total())),
        ];
        Some((message, args))
    }

    /// By marks: what the others reached says nothing.
    fn measured(&self, terms: &Terms) -> (&'static str, Vec<(&'static str, String)>) {
        let written = |score: Option<Score>| score.map(Score::written).unwrap_or_default();
        let message = match self.mark() {
            Some(_) => "RESULT_QUALIFIED",
            None => "RESULT_NOT_QUALIFIED",
        };
        let args = vec![
            ("total", written(self.total())),
            ("highest", terms.highest().written()),
            ("least", written(terms.least(&self.direction))),
        ];
        (message, args)
    }
}

pub fn name(campaign: &str, stage: Uuid, result: Uuid) -> String {
    format!("campaigns/{campaign}/stages/{stage}/results/{result}")
}

/// As English writes it: 1st, 22nd, 113th.
fn ordinal(number: i32) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_english_does() {
        let all = [1, 2, 3, 4, 11, 12, 13, 21, 31, 101, 111, 122];
        let told: Vec<_> = all.into_iter().map(ordinal).collect();
        let expected = [
            "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "31st", "101st", "111th",
            "122nd",
        ];
        assert_eq!(told, expected);
    }
}
