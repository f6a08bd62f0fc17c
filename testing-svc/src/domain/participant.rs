//! Somebody in a stage as the publication sees them: what they sat, what they scored, what came
//! of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use ring::digest::{SHA256, digest};
use uuid::Uuid;

use super::certificate::terms::{BySubject, PassMark, Terms};
use super::cut::{self, Competitor, Cut, Rule, Ties};
use super::score::{Scale, Score};
use super::words;

/// What somebody did with the stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sitting {
    /// Booked nothing, or did not come.
    None,
    /// Has a booking that can still be sat.
    Ahead,
    /// Sits it.
    Running,
    /// Sat it; or the stage is not sat at all.
    Done,
    /// The attempt was terminated.
    Void,
}

words!(Sitting {
    None = "NONE",
    Ahead = "AHEAD",
    Running = "RUNNING",
    Done = "DONE",
    Void = "VOID",
});

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    pub account: Uuid,
    pub number: String,
    pub direction: String,
    pub sitting: Sitting,
    /// That of the booking, where there is one that counts.
    pub session: Option<Uuid>,
    /// Whether the result is out already, with those of the session.
    pub is_published: bool,
    /// The name of the result where a score or a mark was imported.
    pub result: Option<Uuid>,
    pub score: Option<Score>,
    /// The same by subject, where the stage has subjects.
    pub subjects: BySubject,
    pub absent: bool,
}

impl Participant {
    /// The score that competes: none of who was absent or sent out.
    pub fn competing(&self) -> Option<Score> {
        self.score.filter(|_| self.sitting != Sitting::Void)
    }

    /// Whether there was a sitting, and it is over.
    pub fn has_sat(&self) -> bool {
        matches!(self.sitting, Sitting::Done | Sitting::Void)
    }

    fn is_missing(&self) -> bool {
        self.sitting == Sitting::Done && self.score.is_none() && !self.absent
    }

    fn is_ahead(&self) -> bool {
        self.sitting == Sitting::Ahead && !self.absent
    }
}

/// How ready a stage is to be published.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readiness {
    pub absent: usize,
    pub terminated: usize,
    pub missing: Vec<String>,
    pub running: Vec<String>,
    pub ahead: Vec<String>,
}

pub fn readiness(all: &[Participant]) -> Readiness {
    let numbers = |which: fn(&Participant) -> bool| {
        let some = all.iter().filter(|it| which(it));
        some.map(|it| it.number.clone()).collect()
    };
    let is_void = |it: &&Participant| it.sitting == Sitting::Void;
    let is_absent =
        |it: &&Participant| it.absent && it.sitting != Sitting::Void || it.sitting == Sitting::None;
    Readiness {
        absent: all.iter().filter(is_absent).count(),
        terminated: all.iter().filter(is_void).count(),
        missing: numbers(Participant::is_missing),
        running: numbers(|it| it.sitting == Sitting::Running),
        ahead: numbers(Participant::is_ahead),
    }
}

/// Scores of earlier stages: by account, then by number of the stage.
pub type Earlier = BTreeMap<Uuid, BTreeMap<i32, Score>>;

/// Those who compete.
pub fn competitors(all: &[Participant], rule: &Rule, earlier: &Earlier) -> Vec<Competitor> {
    let stages: &[i32] = match &rule.ties {
        Ties::Include => &[],
        Ties::Break(stages) => stages,
    };
    let of = |account: &Uuid, stage: &i32| earlier.get(account)?.get(stage).copied();
    all.iter()
        .filter_map(|it| {
            Some(Competitor {
                number: it.number.clone(),
                direction: it.direction.clone(),
                score: it.competing()?,
                earlier: stages.iter().map(|stage| of(&it.account, stage)).collect(),
            })
        })
        .collect()
}

/// What came of it for one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    Advanced,
    NotAdvanced,
    Absent,
    Terminated,
}

words!(Came {
    Advanced = "ADVANCED",
    NotAdvanced = "NOT_ADVANCED",
    Absent = "ABSENT",
    Terminated = "TERMINATED",
});

/// One line of a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    pub participant: &'a Participant,
    pub came: Came,
    pub score: Option<Score>,
    /// 0 without a score.
    pub rank: usize,
    pub cut: Option<&'a Cut>,
}

impl Line<'_> {
    /// The category that is reached; none where nothing is passed.
    pub fn awarded<'t>(&self, terms: &'t Terms) -> Option<&'t PassMark> {
        terms.awarded(self.came, &self.participant.direction, self.score)
    }
}

pub fn lines<'a>(all: &'a [Participant], outcome: &'a cut::Outcome) -> Vec<Line<'a>> {
    let line = |participant: &'a Participant| {
        let standing = outcome.standings.get(&participant.number);
        let came = match standing {
            Some(standing) if standing.advances => Came::Advanced,
            Some(_) => Came::NotAdvanced,
            None if participant.sitting == Sitting::Void => Came::Terminated,
            None => Came::Absent,
        };
        Line {
            participant,
            came,
            score: participant.competing(),
            rank: standing.map_or(0, |it| it.rank),
            cut: standing.and_then(|it| outcome.cuts.get(it.cut)),
        }
    };
    all.iter().map(line).collect()
}

/// Names the scores and the rule that a publication is made of: the same input, the same hash, in
/// whatever order it is read. One line each, so that anybody can compute it again.
pub fn input_hash(
    stage: &str,
    rule: &Rule,
    scale: &Scale,
    terms: Option<&Terms>,
    all: &[Participant],
    earlier: &Earlier,
) -> String {
    let json = |it: serde_json::Result<String>| it.unwrap_or_default();
    let rule = json(serde_json::to_string(rule));
    let scale = json(serde_json::to_string(scale));
    let mut text = format!("{stage}\n{rule}\n{scale}\n");
    if let Some(terms) = terms {
        text += &json(serde_json::to_string(terms));
        text.push('\n');
    }
    let mut lines = BTreeSet::new();
    for it in all {
        let score = it.score.map(Score::written).unwrap_or_default();
        let absent = if it.absent { "absent" } else { "" };
        let mut line = format!(
            "{};{};{};{score};{absent}",
            it.number,
            it.direction,
            it.sitting.as_str()
        );
        for (subject, score) in &it.subjects {
            let _ = write!(line, ";{subject}={}", score.written());
        }
        for (stage, score) in earlier.get(&it.account).into_iter().flatten() {
            let _ = write!(line, ";{stage}={}", score.written());
        }
        lines.insert(line);
    }
    for line in lines {
        text += &line;
        text.push('\n');
    }
    hex::encode(digest(&SHA256, text.as_bytes()))
}

#[cfg(test)]
#[path = "participant_tests.rs"]
mod tests;
