//! Bookings: no seat twice, none lost, none taken by a call that was refused.

use std::collections::{BTreeMap, BTreeSet};

use super::{Evidence, Rule, last};
use crate::faults::history::{Call, Outcome};
use crate::faults::linear::{self, Act, Span};
use crate::faults::rows::{BookingRow, LIVE, RAN_OUT};
use crate::faults::seats::{CANCEL, CONFIRM, HOLD, REPEAT, REUSE};

pub fn rules(evidence: &Evidence<'_>) -> Vec<Rule> {
    vec![
        capacity(evidence),
        counters(evidence),
        acknowledged(evidence),
        refused(evidence),
        once(evidence),
        one_each(evidence),
        returned(evidence),
        linearizable(evidence),
        in_time(evidence),
    ]
}

fn of_kind<'a>(
    evidence: &'a Evidence<'_>,
    kind: &'static str,
) -> impl Iterator<Item = &'a Call> + 'a {
    evidence.calls.iter().filter(move |it| it.kind == kind)
}

fn row<'a>(evidence: &'a Evidence<'_>, name: &str) -> Option<&'a BookingRow> {
    let id = last(name);
    evidence.rows.bookings.iter().find(|it| it.id == id)
}

fn capacity(evidence: &Evidence<'_>) -> Rule {
    let mut broken = Vec::new();
    for session in &evidence.rows.sessions {
        let live = evidence.rows.live_in(&session.id).count();
        if live > usize::try_from(session.capacity).unwrap_or_default() {
            broken.push(format!(
                "{live} have the {} seats of {}",
                session.capacity, session.id
            ));
        }
    }
    let compared = evidence.rows.sessions.len();
    Rule::new(
        "B1",
        "no session has more bookings than seats",
        compared,
        broken,
    )
}

fn counters(evidence: &Evidence<'_>) -> Rule {
    let mut broken = Vec::new();
    for session in &evidence.rows.sessions {
        let live = evidence.rows.live_in(&session.id).count();
        if usize::try_from(session.taken).ok() != Some(live) {
            broken.push(format!(
                "{} counts {} and has {live}",
                session.id, session.taken
            ));
        }
    }
    let compared = evidence.rows.sessions.len();
    Rule::new("B2", "counters are what the rows are", compared, broken)
}

fn acknowledged(evidence: &Evidence<'_>) -> Rule {
    let mut broken = Vec::new();
    let mut compared = 0;
    for hold in of_kind(evidence, HOLD).filter(|it| it.is_done()) {
        compared += 1;
        let as_told = row(evidence, &hold.answer)
            .is_some_and(|row| row.account == last(&hold.who) && row.session == last(&hold.on));
        if !as_told {
            broken.push(format!("{} was told {}", hold.who, hold.answer));
        }
    }
    // A confirmed one may have been cancelled later; a hold that had run out has nothing to give up.
    for (kind, states) in [
        (CONFIRM, ["BOOKED", "CANCELLED"]),
        (CANCEL, ["CANCELLED", RAN_OUT]),
    ] {
        for change in of_kind(evidence, kind).filter(|it| it.is_done()) {
            compared += 1;
            let kept = row(evidence, &change.answer).map(|row| row.state.as_str());
            if !kept.is_some_and(|kept| states.contains(&kept)) {
                broken.push(format!("after {kind} {} is {kept:?}", change.answer));
            }
        }
    }
    Rule::new("B3", "what was acknowledged is there", compared, broken)
}

/// A refused request kept no answer; and nobody has a booking that no request was told of.
fn refused(evidence: &Evidence<'_>) -> Rule {
    let answered: BTreeSet<(&str, &str)> = (evidence.rows.answers.iter())
        .map(|it| (it.caller.as_str(), it.request_id.as_str()))
        .collect();
    let mut broken = Vec::new();
    let mut compared = 0;
    for hold in of_kind(evidence, HOLD) {
        let Outcome::Refused(reason) = &hold.outcome else {
            continue;
        };
        compared += 1;
        for key in &hold.keys {
            if answered.contains(&(hold.who.as_str(), key.as_str())) {
                broken.push(format!("{} was refused for {reason} and kept", key));
            }
        }
    }
    let told: BTreeSet<&str> = of_kind(evidence, HOLD).map(|it| last(&it.answer)).collect();
    let unsure: BTreeSet<&str> = of_kind(evidence, HOLD)
        .filter(|it| it.outcome == Outcome::Unknown)
        .map(|it| last(&it.who))
        .collect();
    for row in &evidence.rows.bookings {
        compared += 1;
        if !told.contains(row.id.as_str()) && !unsure.contains(row.account.as_str()) {
            broken.push(format!("nobody was told of {}", row.id));
        }
    }
    Rule::new("B4", "who was refused has no row", compared, broken)
}

fn once(evidence: &Evidence<'_>) -> Rule {
    let by_key: BTreeMap<&str, &Call> = of_kind(evidence, HOLD)
        .filter(|it| it.is_done())
        .filter_map(|it| Some((it.keys.last()?.as_str(), it)))
        .collect();
    let mut broken = Vec::new();
    let mut compared = by_key.len();
    let mut told = BTreeSet::new();
    for hold in by_key.values() {
        if !told.insert(hold.answer.as_str()) {
            broken.push(format!("two requests were told {}", hold.answer));
        }
    }
    for repeat in of_kind(evidence, REPEAT).filter(|it| it.outcome != Outcome::Unknown) {
        compared += 1;
        let first = repeat.keys.first().and_then(|key| by_key.get(key.as_str()));
        if !repeat.is_done() || first.is_none_or(|first| first.answer != repeat.answer) {
            broken.push(format!(
                "{:?} was answered anew: {}",
                repeat.keys, repeat.answer
            ));
        }
    }
    for reuse in of_kind(evidence, REUSE).filter(|it| it.outcome != Outcome::Unknown) {
        compared += 1;
        let refused = matches!(&reuse.outcome, Outcome::Refused(reason) if reason.contains("REQUEST_ID_REUSED"));
        if !refused {
            broken.push(format!("{:?} did something else too", reuse.keys));
        }
    }
    Rule::new(
        "B5",
        "one request id, one row, one answer",
        compared,
        broken,
    )
}

fn one_each(evidence: &Evidence<'_>) -> Rule {
    let mut seen = BTreeSet::new();
    let mut broken = Vec::new();
    for row in &evidence.rows.bookings {
        let live = LIVE.contains(&row.state.as_str());
        if live && !seen.insert((row.stage.as_str(), row.account.as_str())) {
            broken.push(format!("{} has two", row.account));
        }
    }
    let compared = evidence.rows.bookings.len();
    Rule::new("B6", "one active booking each", compared, broken)
}

/// What was cancelled is free again, and once: seats left and seats taken are all there are.
fn returned(evidence: &Evidence<'_>) -> Rule {
    let mut broken = Vec::new();
    let mut compared = 0;
    for session in &evidence.rows.sessions {
        let all = |done: &dyn Fn(&BookingRow) -> bool| {
            let of_session = evidence.rows.bookings.iter();
            let of_session = of_session.filter(|it| it.session == session.id);
            of_session.filter(|it| done(it)).count()
        };
        let taken = all(&|_| true);
        let given_back = all(&|it| !LIVE.contains(&it.state.as_str()));
        compared += given_back;
        if usize::try_from(session.taken).ok() != taken.checked_sub(given_back) {
            broken.push(format!(
                "{}: {taken} taken, {given_back} given back, {} counted",
                session.id, session.taken
            ));
        }
    }
    Rule::new("B7", "a seat given back is free once", compared, broken)
}

/// One session's part of the history: the calls whose answers say something of its seats.
pub fn spans(evidence: &Evidence<'_>, session: &str) -> Vec<Span> {
    let of_session = evidence.calls.iter().filter(|it| it.on == session);
    of_session
        .filter_map(|call| {
            let act = match (call.kind, &call.outcome) {
                (HOLD, Outcome::Done | Outcome::Unknown) => Act::Takes,
                (HOLD, Outcome::Refused(reason)) if reason == "SESSION_FULL" => Act::FindsNone,
                (CANCEL, Outcome::Done | Outcome::Unknown) => Act::GivesBack,
                _ => return None,
            };
            Some(Span {
                act,
                began_us: call.began_us,
                ended_us: (call.outcome != Outcome::Unknown).then_some(call.ended_us),
            })
        })
        .collect()
}

fn linearizable(evidence: &Evidence<'_>) -> Rule {
    let mut broken = Vec::new();
    let mut compared = 0;
    for session in evidence.sessions {
        let spans = spans(evidence, &session.name);
        compared += spans.len();
        if let Err(number) = linear::check(session.capacity, &spans) {
            let span = spans.get(number);
            broken.push(format!("{}: {span:?} fits no order", last(&session.name)));
        }
    }
    Rule::new(
        "B8",
        "each session's history is linearizable",
        compared,
        broken,
    )
}

/// By the clock of whoever wrote the row: the doors were open then.
fn in_time(evidence: &Evidence<'_>) -> Rule {
    let mut broken = Vec::new();
    for row in &evidence.rows.bookings {
        let start = evidence.rows.session(&row.session).map(|it| it.start_us);
        if start.is_some_and(|start| row.created_us >= start) {
            broken.push(format!("{} was taken after the doors closed", row.id));
        }
    }
    let compared = evidence.rows.bookings.len();
    Rule::new("B9", "none after closing time", compared, broken)
}
