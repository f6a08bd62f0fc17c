//! What was agreed before a run, and where it is. A run is asked for, made once, and never changes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::seal::{Seal, Times};
use crate::domain::allocation::check::Findings;
use crate::domain::allocation::lottery::Seed;
use crate::domain::allocation::plan::{Kind, Order};
use crate::domain::allocation::run::Terms;
use crate::domain::refusal::Refusal;
use crate::domain::words;

/// What is agreed before the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    pub terms: Terms,
    /// What the quotas of specialties are.
    pub quotas: Kind,
    pub order: Order,
}

/// A run that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub id: Uuid,
    pub campaign: String,
    /// From 1: one more than were published before.
    pub round: i32,
    pub agreed: Agreed,
    pub seed: Seed,
    pub created: Timestamp,
    pub made: Option<Made>,
    pub published: Option<Published>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub state: State,
    pub rules: u32,
    /// How much was known when it was made: a count that grows with everything that comes in.
    pub known: i64,
    pub input_hash: String,
    /// Empty where it was withheld.
    pub record_hash: String,
    pub findings: Findings,
    /// What is wrong with an input that can't be.
    pub faults: Vec<String>,
    pub specialties: u32,
    pub applicants: u32,
    pub placed: u32,
    pub unranked: u32,
    pub finished: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    pub time: Timestamp,
    /// Since when everybody sees it, and until when offers are answered.
    pub times: Times,
    /// None where it was published before publications were signed.
    pub seal: Option<Seal>,
}

/// Of a run that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Checked,
    Withheld,
}

words!(State {
    Checked = "CHECKED",
    Withheld = "WITHHELD",
});

impl Run {
    pub fn name(&self) -> String {
        name(&self.campaign, self.id)
    }

    /// What came of it, where it may be shown.
    ///
    /// # Errors
    /// `RUN_PENDING` or `RUN_WITHHELD`.
    pub fn checked(&self) -> Result<&Made, Refusal> {
        match &self.made {
            None => Err(Refusal::RunPending),
            Some(made) if made.state == State::Withheld => Err(Refusal::RunWithheld),
            Some(made) => Ok(made),
        }
    }
}

pub fn name(campaign: &str, id: Uuid) -> String {
    format!("campaigns/{campaign}/allocationRuns/{id}")
}
