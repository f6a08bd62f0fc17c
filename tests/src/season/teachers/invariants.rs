//! What must stay true of a round: the suite, read back, held against what it had acknowledged.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Played, apply, certificates, results, seat};
use crate::season::invariants::{Line, tried};

/// Rules that only show while people act: each was tried on purpose.
const TRIED: [(&str, &str); 8] = [
    (
        "B5",
        "one request id is one effect, and the same answer again",
    ),
    ("R2", "a decision is not made twice"),
    (
        apply::ONE,
        "one application a person, another only after it was deleted",
    ),
    (
        apply::REPLACED,
        "a change replaces what was accepted, as a whole",
    ),
    (seat::FITS, "a seat has what the application asks for"),
    (
        results::ADDED_UP,
        "points add up, and categories are reached at their marks",
    ),
    (
        certificates::ONE_GOOD,
        "one good certificate for who passed, none for others",
    ),
    (
        certificates::VERIFIED,
        "a good paper is told from an old one and from none",
    ),
];

/// A session and its quotas as everybody reads them, and the bookings as the desk reads them.
#[derive(Debug, Clone)]
pub struct Reads {
    pub sessions: Vec<Value>,
    pub bookings: Vec<Value>,
}

impl Reads {
    pub async fn of(played: &Played) -> anyhow::Result<Self> {
        let (desk, round) = (&played.stand.desk, &played.round);
        let sessions = format!("/v1/{}/sessions", round.stage);
        let bookings = format!("/v1/{}/bookings", played.stand.campaign());
        Ok(Self {
            sessions: desk.list("read back", &sessions, "sessions").await?,
            bookings: desk.list("read back", &bookings, "bookings").await?,
        })
    }
}

pub async fn check(played: &Played) -> anyhow::Result<Vec<Line>> {
    let reads = Reads::of(played).await?;
    let mut lines = lines(&reads);
    let facts = played.stand.ledger.facts().clone();
    let rule = |(id, what)| tried(&facts, id, what);
    lines.extend(TRIED.into_iter().map(rule));
    Ok(lines)
}

/// What shows in the rows alone.
pub fn lines(reads: &Reads) -> Vec<Line> {
    vec![not_over(reads), counted(reads), one_each(reads)]
}

fn is_live(booking: &Value) -> bool {
    let over = ["STATE_CANCELLED", "STATE_HOLD_EXPIRED", "STATE_DISPLACED"];
    !over.iter().any(|state| booking["state"] == *state)
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}

/// Whether a booking takes one of a quota; `None` where nothing in the row tells.
fn takes(quota: &Value, booking: &Value) -> Option<bool> {
    let value = quota["value"].as_str().unwrap_or_default();
    match quota["kind"].as_str()? {
        "KIND_LANGUAGE_FORM" => {
            let language = booking["language"].as_str().unwrap_or_default();
            Some(language == format!("LANGUAGE_{}", value.to_uppercase()))
        }
        "KIND_SUBJECT" => Some(booking["subject"] == value),
        "KIND_ACCESSIBLE_WORKSTATION" => Some(has_more_time(booking)),
        "KIND_ORDINARY_SEAT" => Some(!has_more_time(booking)),
        _ => None,
    }
}

/// All that the desk is told of who sits at an accessible workstation.
fn has_more_time(booking: &Value) -> bool {
    number(&booking["extraTimePercent"]) > 0
}

/// Every limit of every session: its seats and its quotas.
fn limits(reads: &Reads) -> Vec<(String, i64, i64, i64)> {
    let mut limits = Vec::new();
    for session in &reads.sessions {
        let of_session = |it: &&Value| it["session"] == session["name"] && is_live(it);
        let live: Vec<&Value> = reads.bookings.iter().filter(of_session).collect();
        let count = |some: usize| i64::try_from(some).unwrap_or(i64::MAX);
        let (size, left) = (number(&session["capacity"]), number(&session["seatsLeft"]));
        limits.push((session["name"].to_string(), size, left, count(live.len())));
        for quota in session["quotas"].as_array().into_iter().flatten() {
            let taken = live.iter().filter_map(|it| takes(quota, it));
            let taken = taken.filter(|takes| *takes).count();
            let (size, left) = (number(&quota["size"]), number(&quota["seatsLeft"]));
            let name = format!("{} of {}", quota["id"], session["name"]);
            limits.push((name, size, left, count(taken)));
        }
    }
    limits
}

fn not_over(reads: &Reads) -> Line {
    let limits = limits(reads);
    let over = limits.iter().filter(|(_, size, _, taken)| taken > size);
    let broken = over.map(|(name, size, _, taken)| format!("{name}: {taken} of {size}"));
    let compared = format!("{} limits with their rows", limits.len());
    Line::new(
        "B1",
        "no seat and no form is sold twice",
        compared,
        broken.collect(),
    )
}

fn counted(reads: &Reads) -> Line {
    let limits = limits(reads);
    let wrong = limits
        .iter()
        .filter(|(_, size, left, taken)| size - left != *taken);
    let broken =
        wrong.map(|(name, size, left, taken)| format!("{name}: {size} − {left}, and {taken} rows"));
    let compared = format!("seats left under {} limits", limits.len());
    Line::new("B2", "counters agree with rows", compared, broken.collect())
}

fn one_each(reads: &Reads) -> Line {
    let mut of: BTreeMap<String, usize> = BTreeMap::new();
    for booking in reads.bookings.iter().filter(|it| is_live(it)) {
        *of.entry(booking["account"].to_string()).or_default() += 1;
    }
    let twice = of.iter().filter(|(_, count)| **count > 1);
    let broken = twice.map(|(account, count)| format!("{account} has {count}"));
    let compared = format!("{} people with their bookings", of.len());
    Line::new("B6", "one seat a person", compared, broken.collect())
}
