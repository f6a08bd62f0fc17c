//! A stage read and weighed as it stands: what its preview shows and its publication writes.

use std::collections::BTreeSet;

use chassis::Result;
use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use super::participant;
use crate::domain::cut::{self, Rule, Ties};
use crate::domain::participant::{
    Participant, Readiness, Sitting, competitors, input_hash, readiness,
};
use crate::domain::refusal::Waiting;
use crate::domain::stage::Stage;

pub struct Weighed {
    pub people: Vec<Participant>,
    pub rule: Rule,
    pub ready: Readiness,
    pub outcome: cut::Outcome,
    pub input_hash: String,
}

impl Weighed {
    /// Whose score is missing. Where nobody has one, absence has to be said of each: a stage that was
    /// not sat yet looks the same as one to which nobody came.
    pub fn missing(&self) -> Option<Waiting> {
        if !self.outcome.standings.is_empty() {
            return Waiting::of(&self.ready.missing);
        }
        if self.people.is_empty() {
            return Some(Waiting::for_anybody());
        }
        let silent = self.people.iter();
        let silent = silent.filter(|it| !it.absent && it.sitting != Sitting::Void);
        let silent: Vec<String> = silent.map(|it| it.number.clone()).collect();
        Waiting::of(&silent)
    }
}

/// # Errors
/// `RULE_MISSING`.
pub async fn weigh<C: ConnectionTrait>(
    on: &C,
    stage: &Stage,
    chosen: &BTreeSet<String>,
    now: Timestamp,
) -> Result<Weighed> {
    let (rule, scale) = (stage.rule()?.clone(), stage.scale()?);
    let people = participant::of_stage(on, stage, now).await?;
    let breaking: &[i32] = match &rule.ties {
        Ties::Include => &[],
        Ties::Break(stages) => stages,
    };
    let earlier = participant::earlier(on, &stage.campaign, breaking).await?;
    let competing = competitors(&people, &rule, &earlier);
    Ok(Weighed {
        ready: readiness(&people),
        outcome: cut::decide(&rule, &competing, chosen),
        input_hash: input_hash(
            &stage.name(),
            &rule,
            &scale,
            stage.selection.terms.as_ref(),
            &people,
            &earlier,
        ),
        people,
        rule,
    })
}
