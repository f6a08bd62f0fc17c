//! Somebody's wish for a specialty: what its college found, and nothing of who it is.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::domain::ranking::formula::Formula;
use crate::domain::ranking::rating::{Rating, rate};
use crate::domain::ranking::reckoning::Record;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Competitor {
    pub choice: Uuid,
    pub application: Uuid,
    /// The number of the application: what stands for the person.
    pub number: String,
    /// From 1.
    pub preference: u32,
    pub record: Record,
    /// Rights that the college found proven.
    pub rights: BTreeSet<String>,
}

pub fn choice_name(campaign: &str, application: Uuid, choice: Uuid) -> String {
    format!(
        "{}/choices/{choice}",
        application_name(campaign, application)
    )
}

pub fn application_name(campaign: &str, application: Uuid) -> String {
    format!("campaigns/{campaign}/applications/{application}")
}

/// The rating of these.
pub fn rating(formula: &Formula, competitors: &[Competitor]) -> Rating {
    let people: BTreeMap<String, Record> = competitors
        .iter()
        .map(|it| (it.number.clone(), it.record.clone()))
        .collect();
    rate(formula, &people)
}
