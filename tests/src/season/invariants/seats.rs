//! Booking: B1 to B4, B6, B7.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Line;
use super::reads::{Reads, number, text};
use crate::season::ledger::Facts;

/// States in which a booking has a seat no more.
const GIVEN_UP: [&str; 3] = ["STATE_CANCELLED", "STATE_HOLD_EXPIRED", "STATE_DISPLACED"];

pub fn lines(facts: &Facts, reads: &Reads) -> Vec<Line> {
    let live: Vec<&Value> = reads.bookings.iter().filter(|it| is_live(it)).collect();
    vec![
        never_over(reads, &live),
        counters(reads, &live),
        acknowledged(facts, reads),
        refused(facts, reads),
        one_a_stage(&live),
        given_back(facts, reads, &live),
    ]
}

fn is_live(booking: &Value) -> bool {
    let state = booking["state"].as_str().unwrap_or_default();
    !GIVEN_UP.contains(&state)
}

fn taken(live: &[&Value], session: &Value) -> i64 {
    let taken = live
        .iter()
        .filter(|it| it["session"] == session["name"])
        .count();
    i64::try_from(taken).unwrap_or(i64::MAX)
}

fn never_over(reads: &Reads, live: &[&Value]) -> Line {
    let over = reads.sessions.iter().filter_map(|session| {
        let (taken, capacity) = (taken(live, session), number(&session["capacity"]));
        (taken > capacity).then(|| format!("{}: {taken} of {capacity}", session["name"]))
    });
    let compared = format!(
        "{} bookings in {} sessions",
        live.len(),
        reads.sessions.len()
    );
    Line::new(
        "B1",
        "no session has more bookings than seats",
        compared,
        over.collect(),
    )
}

fn counters(reads: &Reads, live: &[&Value]) -> Line {
    let wrong = reads.sessions.iter().filter_map(|session| {
        let (capacity, left) = (number(&session["capacity"]), number(&session["seatsLeft"]));
        let taken = taken(live, session);
        (capacity - left != taken)
            .then(|| format!("{}: {capacity} − {left}, and {taken} rows", session["name"]))
    });
    let compared = format!(
        "seats left of {} sessions with their rows",
        reads.sessions.len()
    );
    Line::new("B2", "counters agree with rows", compared, wrong.collect())
}

fn acknowledged(facts: &Facts, reads: &Reads) -> Line {
    let rows: BTreeMap<String, &Value> = reads
        .bookings
        .iter()
        .map(|it| (text(&it["name"]), it))
        .collect();
    let lost = facts.bookings.iter().filter_map(|told| {
        let Some(row) = rows.get(&told.booking) else {
            return Some(format!("{} is gone", told.booking));
        };
        let same = row["session"] == told.session.as_str()
            && reads
                .accounts
                .get(&told.person)
                .is_some_and(|it| row["account"] == it.as_str())
            && (row["state"] == told.state.as_str() || later(&told.state, &row["state"]));
        (!same).then(|| format!("{}: told {told:?}, is {row}", told.booking))
    });
    let compared = format!("{} answers with their rows", facts.bookings.len());
    Line::new(
        "B3",
        "an acknowledged booking is there, with its person",
        compared,
        lost.collect(),
    )
}

/// What may have become of a booking without its owner.
fn later(told: &str, is: &Value) -> bool {
    matches!(
        (told, is.as_str().unwrap_or_default()),
        ("STATE_BOOKED" | "STATE_CHECKED_IN", "STATE_NO_SHOW")
            | ("STATE_STARTED", "STATE_COMPLETED")
    )
}

fn refused(facts: &Facts, reads: &Reads) -> Line {
    let known: BTreeSet<&str> = facts
        .bookings
        .iter()
        .map(|it| it.booking.as_str())
        .collect();
    let extra = reads
        .bookings
        .iter()
        .filter(|it| !known.contains(text(&it["name"]).as_str()));
    let extra = extra.map(|it| format!("{} was acknowledged to nobody", it["name"]));
    let compared = format!(
        "{} refusals; {} rows with {} answers",
        facts.refused_seats.len(),
        reads.bookings.len(),
        known.len()
    );
    Line::new(
        "B4",
        "a refused booking left no row",
        compared,
        extra.collect(),
    )
}

fn one_a_stage(live: &[&Value]) -> Line {
    let mut seen = BTreeSet::new();
    let mut twice = Vec::new();
    for booking in live {
        let session = text(&booking["session"]);
        let stage = session
            .split("/sessions/")
            .next()
            .unwrap_or_default()
            .to_owned();
        if !seen.insert((text(&booking["account"]), stage)) {
            twice.push(format!("{} is a second one", booking["name"]));
        }
    }
    let compared = format!("{} bookings by person and stage", live.len());
    Line::new("B6", "one booking a person and stage", compared, twice)
}

/// A seat that was left counts as free once: capacity is what is taken and what is left.
fn given_back(facts: &Facts, reads: &Reads, live: &[&Value]) -> Line {
    let left = reads.bookings.len() - live.len();
    let total = |field: &str| {
        reads
            .sessions
            .iter()
            .map(|it| number(&it[field]))
            .sum::<i64>()
    };
    let (capacity, free) = (total("capacity"), total("seatsLeft"));
    let taken = i64::try_from(live.len()).unwrap_or(i64::MAX);
    let mut broken = Vec::new();
    if capacity != free + taken {
        broken.push(format!(
            "{capacity} seats are not {taken} taken and {free} free"
        ));
    }
    let cancelled = facts
        .bookings
        .iter()
        .filter(|it| it.state == "STATE_CANCELLED")
        .count();
    if cancelled > left {
        broken.push(format!("{cancelled} were cancelled, {left} rows say so"));
    }
    let compared = format!("{left} given up, {capacity} seats = {taken} taken + {free} free");
    Line::new("B7", "a seat given up comes back once", compared, broken)
}
