//! What must stay true, by what the workers were told and what the rows say. Nothing here touches
//! anything. Each rule has the number that the reliability table gives it.
//!
//! [`bookings`] B, [`identity`] I, [`traces`] events and audit.

pub mod bookings;
pub mod identity;
pub mod traces;

use super::history::{Call, Hurt};
use super::rows::Rows;
use super::scene::Session;

/// Everything that is compared.
pub struct Evidence<'a> {
    pub calls: &'a [Call],
    pub hurts: &'a [Hurt],
    pub rows: &'a Rows,
    pub sessions: &'a [Session],
}

/// One rule and how it stands.
#[derive(Debug, Clone)]
pub struct Rule {
    pub id: &'static str,
    pub what: &'static str,
    /// How many things were compared.
    pub compared: usize,
    /// Empty: it holds.
    pub broken: Vec<String>,
}

impl Rule {
    fn new(id: &'static str, what: &'static str, compared: usize, broken: Vec<String>) -> Self {
        Self {
            id,
            what,
            compared,
            broken,
        }
    }

    pub fn holds(&self) -> bool {
        self.broken.is_empty()
    }
}

/// Every rule.
pub fn check(evidence: &Evidence<'_>) -> Vec<Rule> {
    let mut rules = bookings::rules(evidence);
    rules.extend(identity::rules(evidence));
    rules.extend(traces::rules(evidence));
    rules
}

/// The last part of a resource's name.
pub fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}
