//! What each change leaves behind: an audit row, an event, a message; each once and in order. And that
//! whoever asked again got an answer.

use std::collections::BTreeMap;

use super::{Evidence, Rule, last};
use crate::faults::history::{Call, Outcome};
use crate::faults::rows::RAN_OUT;
use crate::faults::seats::{CANCEL, CONFIRM, HOLD};

pub fn rules(evidence: &Evidence<'_>) -> Vec<Rule> {
    vec![
        told(evidence),
        told_once(evidence),
        in_order(evidence),
        relayed(evidence),
        audited(evidence),
        only_refusals(evidence),
    ]
}

/// What is published, and the message that it becomes.
const NEWS: [(&str, &str); 2] = [
    (CONFIRM, "BOOKING_CONFIRMED"),
    (CANCEL, "BOOKING_CANCELLED"),
];

fn done<'a>(evidence: &'a Evidence<'_>, kind: &'a str) -> impl Iterator<Item = &'a Call> {
    let all = evidence.calls.iter();
    all.filter(move |it| it.kind == kind && it.is_done())
}

fn count(evidence: &Evidence<'_>, about: &str, kind: &str) -> usize {
    let messages = evidence.rows.messages.iter();
    messages
        .filter(|it| it.about == about && it.kind == kind)
        .count()
}

fn told(evidence: &Evidence<'_>) -> Rule {
    let mut broken = Vec::new();
    let mut compared = 0;
    // A hold that was never confirmed ends without a word.
    for call in done(evidence, CONFIRM) {
        compared += 1;
        if count(evidence, &call.answer, "BOOKING_CONFIRMED") == 0 {
            broken.push(format!("{} was not heard of", call.answer));
        }
    }
    Rule::new("N1", "every event is delivered", compared, broken)
}

fn told_once(evidence: &Evidence<'_>) -> Rule {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for message in &evidence.rows.messages {
        *counts.entry((&message.about, &message.kind)).or_default() += 1;
    }
    let twice = counts.iter().filter(|(_, count)| **count > 1);
    let broken = twice.map(|((about, kind), count)| format!("{about} {kind} {count} times"));
    Rule::new(
        "N2",
        "an event has its effect once",
        evidence.rows.messages.len(),
        broken.collect(),
    )
}

fn in_order(evidence: &Evidence<'_>) -> Rule {
    let [(_, confirmed), (_, cancelled)] = NEWS;
    let mut over: Vec<&str> = Vec::new();
    let mut broken = Vec::new();
    for message in &evidence.rows.messages {
        if message.kind == cancelled {
            over.push(&message.about);
        } else if message.kind == confirmed && over.contains(&message.about.as_str()) {
            broken.push(format!(
                "{}: confirmed after it was cancelled",
                message.about
            ));
        }
    }
    let compared = evidence.rows.messages.len();
    Rule::new("N3", "a booking's events arrive in order", compared, broken)
}

fn relayed(evidence: &Evidence<'_>) -> Rule {
    let outboxes = &evidence.rows.outboxes;
    let full = outboxes
        .iter()
        .filter(|(_, waiting, dead)| waiting + dead > 0);
    let broken = full.map(|(service, waiting, dead)| {
        format!("{service}: {waiting} wait, {dead} were set aside")
    });
    Rule::new(
        "N4",
        "the outboxes are empty in 30 s",
        outboxes.len(),
        broken.collect(),
    )
}

fn audited(evidence: &Evidence<'_>) -> Rule {
    let mut rows: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for row in &evidence.rows.audits {
        *rows.entry((&row.action, last(&row.resource))).or_default() += 1;
    }
    let rows_of_bookings = evidence.rows.bookings.iter();
    let ran_out: Vec<&str> = rows_of_bookings
        .filter(|row| row.state == RAN_OUT)
        .map(|row| row.id.as_str())
        .collect();
    let mut broken = Vec::new();
    let mut compared = 0;
    for (kind, action) in [
        (HOLD, "CreateBooking"),
        (CONFIRM, "ConfirmBooking"),
        (CANCEL, "CancelBooking"),
    ] {
        for call in done(evidence, kind) {
            // To give up what has run out changes nothing.
            if kind == CANCEL && ran_out.contains(&last(&call.answer)) {
                continue;
            }
            compared += 1;
            let count = rows.get(&(action, last(&call.answer)));
            if count != Some(&1) {
                broken.push(format!("{action} of {}: {count:?} rows", call.answer));
            }
        }
    }
    Rule::new("A1", "one audit row for each change", compared, broken)
}

/// Why somebody may be told no, by the rules of booking.
const REFUSALS: [(&str, &[&str]); 3] = [
    (
        HOLD,
        &["SESSION_FULL", "SESSION_STARTED", "STAGE_ALREADY_BOOKED"],
    ),
    (CONFIRM, &["HOLD_EXPIRED", "SESSION_STARTED"]),
    // A seat can't be given back once its doors are open.
    (CANCEL, &["CHANGE_TOO_LATE", "BOOKING_OVER"]),
];

fn only_refusals(evidence: &Evidence<'_>) -> Rule {
    let mut broken = Vec::new();
    let mut compared = 0;
    for (kind, reasons) in REFUSALS {
        for call in evidence.calls.iter().filter(|it| it.kind == kind) {
            compared += 1;
            let fine = match &call.outcome {
                Outcome::Done => true,
                Outcome::Refused(reason) => reasons.contains(&reason.as_str()),
                Outcome::Unknown => false,
            };
            if !fine {
                broken.push(format!("{kind} of {}: {:?}", call.who, call.outcome));
            }
        }
    }
    Rule::new("V5", "who asks again is answered", compared, broken)
}
