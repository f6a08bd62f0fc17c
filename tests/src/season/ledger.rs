//! What was called and what was acknowledged: the season's own memory, to hold the suite against.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::cut::{Cut, Entry, Rule};

/// Everything that is kept while people act at the same time.
#[derive(Debug, Default)]
pub struct Ledger {
    steps: Mutex<Steps>,
    facts: Mutex<Facts>,
}

/// Calls by step, in the order in which the steps were first taken.
#[derive(Debug, Default, Clone)]
pub struct Steps {
    order: Vec<&'static str>,
    by_name: BTreeMap<&'static str, Step>,
}

/// The calls of one step.
#[derive(Debug, Default, Clone)]
pub struct Step {
    pub done: usize,
    pub refused: BTreeMap<String, usize>,
    pub took: Vec<Duration>,
}

/// What the suite said yes to, and what callers at the same time were told.
#[derive(Debug, Default, Clone)]
pub struct Facts {
    pub accounts: Vec<Registered>,
    pub codes: Vec<Code>,
    pub redemptions: Vec<Redeemed>,
    pub documents: Vec<Uploaded>,
    pub saves: Vec<Saved>,
    pub submissions: Vec<Submitted>,
    pub states: Vec<StateSeen>,
    pub decisions: Vec<Decided>,
    pub bookings: Vec<Booked>,
    pub refused_seats: Vec<SeatRefused>,
    pub closings: Vec<Closing>,
    pub results: Vec<Scored>,
    pub publications: Vec<Published>,
    /// What was tried on purpose, with what came of it.
    pub trials: Vec<Trial>,
}

#[derive(Debug, Clone)]
pub struct Registered {
    pub person: usize,
    pub account: String,
}

#[derive(Debug, Clone)]
pub struct Code {
    pub person: usize,
    pub name: String,
    pub code: String,
}

/// A code that a partner was told is taken for good.
#[derive(Debug, Clone)]
pub struct Redeemed {
    pub person: usize,
    pub code: String,
    pub redemption: String,
    /// Whether a result was acknowledged too.
    pub reported: bool,
}

#[derive(Debug, Clone)]
pub struct Uploaded {
    pub person: usize,
    pub name: String,
    pub sha256: String,
}

/// The answers of a section after its last acknowledged save.
#[derive(Debug, Clone)]
pub struct Saved {
    pub person: usize,
    pub application: String,
    pub section: &'static str,
    pub answers: Value,
}

#[derive(Debug, Clone)]
pub struct Submitted {
    pub person: usize,
    pub application: String,
    pub submission: String,
    /// What was saved before, by section.
    pub answers: BTreeMap<&'static str, Value>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateSeen {
    pub application: String,
    pub state: String,
}

#[derive(Debug, Clone)]
pub struct Decided {
    pub task: String,
    pub application: String,
    pub expert: String,
    pub outcome: String,
}

/// The last that its owner was told of a booking.
#[derive(Debug, Clone)]
pub struct Booked {
    pub person: usize,
    pub booking: String,
    pub session: String,
    pub state: String,
}

#[derive(Debug, Clone)]
pub struct SeatRefused {
    pub person: usize,
    pub session: String,
}

/// An application outside the window and its answer.
#[derive(Debug, Clone)]
pub struct Closing {
    pub campaign: String,
    pub expected: &'static str,
    pub answered: String,
}

/// A score that the desk was told is in.
#[derive(Debug, Clone)]
pub struct Scored {
    pub stage: String,
    pub candidate: String,
    pub score: u32,
}

/// A stage whose results are out.
#[derive(Debug, Clone)]
pub struct Published {
    pub stage: String,
    pub number: usize,
    pub last: bool,
    pub rule: Rule,
    /// What was handed in.
    pub entries: Vec<Entry>,
    /// The cuts as the preview and as the publication told them.
    pub previewed: Vec<Cut>,
    pub published: Vec<Cut>,
    /// What appeals added, by candidate.
    pub raised: BTreeMap<String, u32>,
}

#[derive(Debug, Clone)]
pub struct Trial {
    pub invariant: &'static str,
    pub what: String,
    pub held: bool,
}

impl Ledger {
    /// Notes a call: how long it took, and why not, if not.
    pub fn note(&self, step: &'static str, took: Duration, refused: Option<String>) {
        let mut steps = lock(&self.steps);
        if !steps.by_name.contains_key(step) {
            steps.order.push(step);
        }
        let kept = steps.by_name.entry(step).or_default();
        kept.took.push(took);
        match refused {
            Some(reason) => *kept.refused.entry(reason).or_default() += 1,
            None => kept.done += 1,
        }
    }

    /// What is known, to add to it.
    pub fn facts(&self) -> MutexGuard<'_, Facts> {
        lock(&self.facts)
    }

    pub fn tried(&self, invariant: &'static str, held: bool, what: impl Into<String>) {
        let what = what.into();
        self.facts().trials.push(Trial {
            invariant,
            what,
            held,
        });
    }

    pub fn saw_state(&self, application: &str, state: &Value) {
        let seen = StateSeen {
            application: application.to_owned(),
            state: state.as_str().unwrap_or_default().to_owned(),
        };
        let mut facts = self.facts();
        let last = facts
            .states
            .iter()
            .rfind(|it| it.application == seen.application);
        if last != Some(&seen) {
            facts.states.push(seen);
        }
    }

    pub fn steps(&self) -> Vec<(&'static str, Step)> {
        let steps = lock(&self.steps);
        let step = |name: &&'static str| (*name, steps.by_name[name].clone());
        steps.order.iter().map(step).collect()
    }

    /// The calls of one step; none if it was never taken.
    pub fn step(&self, name: &str) -> Step {
        lock(&self.steps)
            .by_name
            .get(name)
            .cloned()
            .unwrap_or_default()
    }
}

impl Step {
    /// The time within which this share of the calls was answered.
    pub fn within(&self, percent: usize) -> Duration {
        let mut took = self.took.clone();
        took.sort_unstable();
        let at = (took.len() * percent).div_ceil(100).saturating_sub(1);
        took.get(at).copied().unwrap_or_default()
    }

    pub fn refused_for(&self, reason: &str) -> usize {
        self.refused.get(reason).copied().unwrap_or_default()
    }
}

/// A person who panicked leaves what they noted.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let step = Step {
            took: (1..=20).map(Duration::from_millis).collect(),
            ..Step::default()
        };
        assert_eq!(step.within(50), Duration::from_millis(10));
        assert_eq!(step.within(95), Duration::from_millis(19));
        assert_eq!(Step::default().within(95), Duration::ZERO);
    }
}
