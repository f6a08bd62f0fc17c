//! The rules themselves: they hold where everything went well, and each says no to what it is for.

use tests::faults::history::{History, Hurt, Outcome};
use tests::faults::rows::{AuditRow, RAN_OUT};
use tests::faults::schedule::CLOCK;
use tests::faults::seats::{CANCEL, CONFIRM, HOLD, REPEAT, REUSE};
use tests::faults::sessions::{AFTER_END, WHILE_OPEN};

use crate::bench::{Case, case};

#[test]
fn every_rule_holds_where_everything_went_well() {
    let rules = case().rules();
    let ids: Vec<&str> = rules.iter().map(|rule| rule.id).collect();
    assert_eq!(
        ids,
        [
            "B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B9", "I2", "I3", "N1", "N2", "N3",
            "N4", "A1", "V5"
        ]
    );
    for rule in &rules {
        assert!(rule.holds(), "{rule:?}");
        assert!(rule.compared > 0, "{} compared nothing", rule.id);
    }
}

/// What a break would look like, and a rule that has to say so.
type Doctored = (&'static str, &'static str, fn(&mut Case));

const BREAKS: [Doctored; 27] = [
    ("B1", "three on two seats", |it| {
        it.rows.bookings[0].state = "BOOKED".into();
    }),
    ("B2", "a counter that was not moved", |it| {
        it.rows.sessions[0].taken = 1
    }),
    ("B3", "an acknowledged booking is lost", |it| {
        drop(it.rows.bookings.pop())
    }),
    ("B3", "somebody else has it", |it| {
        it.rows.bookings[1].account = "z".into()
    }),
    ("B3", "in another session", |it| {
        it.rows.bookings[1].session = "y".into()
    }),
    ("B3", "an acknowledged cancellation is lost", |it| {
        it.rows.bookings[0].state = "BOOKED".into();
    }),
    ("B4", "a refused request kept an answer", |it| {
        it.rows.answers[2].request_id = "k3".into();
    }),
    ("B4", "a booking that nobody was told of", |it| {
        let mut more = it.rows.bookings[0].clone();
        more.id = "4".into();
        it.rows.bookings.push(more);
    }),
    ("B5", "a repeat made another booking", |it| {
        it.call(REPEAT, "a").answer = "campaigns/c/bookings/3".into();
    }),
    ("B5", "a repeat was refused", |it| {
        it.call(REPEAT, "a").outcome = Outcome::Refused("STAGE_ALREADY_BOOKED".into());
    }),
    ("B5", "a key did two things", |it| {
        it.call(REUSE, "a").outcome = Outcome::Done
    }),
    ("B5", "two requests had one booking", |it| {
        it.call(HOLD, "b").answer = "campaigns/c/bookings/1".into();
    }),
    ("B6", "one person has two", |it| {
        it.rows.bookings[1].account = "c".into()
    }),
    ("B7", "a seat came back twice", |it| {
        it.rows.sessions[0].taken = 1
    }),
    ("B8", "a seat was taken before it was free", |it| {
        let hold = it.calls.iter_mut().rfind(|it| it.kind == HOLD).unwrap();
        (hold.began_us, hold.ended_us) = (42, 45);
    }),
    ("B8", "somebody found none while one was free", |it| {
        let full = it
            .calls
            .iter_mut()
            .find(|it| it.who == "accounts/c")
            .unwrap();
        (full.began_us, full.ended_us) = (1, 3);
    }),
    ("B9", "a booking after the doors closed", |it| {
        it.rows.bookings[2].created_us = 1000;
    }),
    ("I2", "an ended session still reads", |it| {
        it.call(AFTER_END, "d").outcome = Outcome::Done;
    }),
    ("I3", "a session was lost", |it| {
        it.call(WHILE_OPEN, "d").outcome = Outcome::Refused("SESSION_ENDED".into());
    }),
    ("N1", "nobody heard of a confirmation", |it| {
        drop(it.rows.messages.remove(0))
    }),
    ("N2", "a message came twice", |it| {
        let again = it.rows.messages[0].clone();
        it.rows.messages.insert(0, again);
    }),
    ("N3", "news in the wrong order", |it| {
        it.rows.messages.reverse()
    }),
    ("N4", "events still wait", |it| it.rows.outboxes[0].1 = 1),
    ("N4", "events were set aside", |it| {
        it.rows.outboxes[0].2 = 1
    }),
    ("A1", "a change without an audit row", |it| {
        drop(it.rows.audits.pop())
    }),
    ("V5", "somebody was told of an error", |it| {
        it.call(HOLD, "c").outcome = Outcome::Refused("INTERNAL".into());
    }),
    ("V5", "somebody was never answered", |it| {
        it.call(CANCEL, "a").outcome = Outcome::Unknown;
    }),
];

#[test]
fn each_rule_says_no_to_what_it_is_for() {
    for (id, what, doctor) in BREAKS {
        let mut doctored = case();
        doctor(&mut doctored);
        assert!(
            doctored.broken().contains(&id),
            "{id}: {what}: {:?}",
            doctored.broken()
        );
    }
}

#[test]
fn an_answer_that_never_came_leaves_both_open() {
    // Cancelled or not: both fit, and neither is held against the suite.
    for state in ["CANCELLED", "BOOKED"] {
        let mut open = case();
        let cancel = open.call(CANCEL, "a");
        cancel.outcome = Outcome::Unknown;
        cancel.answer.clear();
        open.rows.bookings[0].state = state.into();
        open.rows.sessions[0].taken = if state == "BOOKED" { 3 } else { 2 };
        open.rows.audits.retain(|it| it.action != "CancelBooking");
        let broken = open.broken();
        assert!(
            !broken.contains(&"B3") && !broken.contains(&"B8"),
            "{state}: {broken:?}"
        );
    }
}

#[test]
fn a_wrong_clock_may_cost_a_session() {
    let mut skewed = case();
    skewed.call(WHILE_OPEN, "d").outcome = Outcome::Refused("NOT_SIGNED_IN".into());
    assert_eq!(skewed.broken(), ["I3"]);
    skewed.hurts.push(Hurt {
        what: format!("{CLOCK} identity-svc-1 +10 min"),
        began_us: 0,
        ended_us: 200,
    });
    assert!(skewed.broken().is_empty());
}

#[test]
fn a_hold_that_ran_out_has_nothing_to_give_up() {
    let mut late = case();
    late.calls.retain(|it| it.kind != CONFIRM);
    late.rows.messages.clear();
    let left = |it: &AuditRow| !["CancelBooking", "ConfirmBooking"].contains(&it.action.as_str());
    late.rows.audits.retain(left);
    late.rows.bookings[0].state = RAN_OUT.into();
    assert_eq!(late.broken(), Vec::<&str>::new());
    // Once it was confirmed it could not run out.
    let mut lost = case();
    lost.rows.bookings[0].state = RAN_OUT.into();
    assert_eq!(lost.broken(), ["B3"]);
}

#[test]
fn a_history_is_kept_as_lines_of_json() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history.jsonl");
    let history = History::default();
    for call in case().calls {
        history.note(call);
    }
    history.hurt(Hurt {
        what: "kill -9".into(),
        began_us: 6,
        ended_us: 8,
    });
    history.write(&file).unwrap();
    let kept = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<serde_json::Value> = kept
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 12);
    assert_eq!(lines[2]["fault"], "kill -9");
    assert_eq!(lines[3]["outcome"], "SESSION_FULL");
}
