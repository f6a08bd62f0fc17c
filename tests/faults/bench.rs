//! Evidence of a run in which everything went well, to be doctored.

use tests::faults::history::{Call, Hurt, Outcome};
use tests::faults::rows::{AnswerRow, AuditRow, BookingRow, MessageRow, Rows, SessionRow};
use tests::faults::rules::{Evidence, Rule, check};
use tests::faults::scene::Session;
use tests::faults::seats::{CANCEL, CONFIRM, HOLD, REPEAT, REUSE};
use tests::faults::sessions::{AFTER_END, REFRESH, WHILE_OPEN};

/// The one session, with two seats.
pub const SESSION: &str = "campaigns/c/stages/s/sessions/x";

pub struct Case {
    pub calls: Vec<Call>,
    pub hurts: Vec<Hurt>,
    pub rows: Rows,
}

impl Case {
    pub fn rules(&self) -> Vec<Rule> {
        check(&Evidence {
            calls: &self.calls,
            hurts: &self.hurts,
            rows: &self.rows,
            sessions: &[Session {
                name: SESSION.into(),
                capacity: 2,
            }],
        })
    }

    /// The rules that say no.
    pub fn broken(&self) -> Vec<&'static str> {
        let rules = self.rules();
        let broken = rules.iter().filter(|rule| !rule.holds());
        broken.map(|rule| rule.id).collect()
    }

    pub fn call(&mut self, kind: &str, who: &str) -> &mut Call {
        let who = format!("accounts/{who}");
        let mut calls = self.calls.iter_mut();
        calls.find(|it| it.kind == kind && it.who == who).unwrap()
    }
}

/// Two take the seats, a third finds none; one confirms, gives back, and the third takes that seat.
pub fn case() -> Case {
    let booking = |id: &str| format!("campaigns/c/bookings/{id}");
    let done = |kind, who: &str, at, key: &str, id: &str| Call {
        answer: booking(id),
        ..call(kind, who, SESSION, at, key)
    };
    let mut calls = vec![
        done(HOLD, "a", 0, "k1", "1"),
        done(HOLD, "b", 5, "k2", "2"),
        Call {
            outcome: Outcome::Refused("SESSION_FULL".into()),
            ..call(HOLD, "c", SESSION, 20, "k3")
        },
        done(REPEAT, "a", 30, "k1", "1"),
        Call {
            outcome: Outcome::Refused("INVALID_REQUEST (REQUEST_ID_REUSED)".into()),
            ..call(REUSE, "a", "campaigns/c/stages/s/sessions/y", 35, "k1")
        },
        done(CONFIRM, "a", 40, "k4", "1"),
        done(CANCEL, "a", 50, "k5", "1"),
        done(HOLD, "c", 60, "k6", "3"),
        call(WHILE_OPEN, "d", "/v1/sessions/current", 70, "k7"),
        call(REFRESH, "d", "/v1/sessions/refresh", 75, "k8"),
    ];
    calls.push(Call {
        outcome: Outcome::Refused("SESSION_ENDED".into()),
        ..call(AFTER_END, "d", "/v1/sessions/current", 90, "k9")
    });
    Case {
        calls,
        hurts: Vec::new(),
        rows: rows(booking),
    }
}

fn call(kind: &'static str, who: &str, on: &str, at: u64, key: &str) -> Call {
    Call {
        kind,
        who: format!("accounts/{who}"),
        on: on.to_owned(),
        keys: vec![key.to_owned()],
        began_us: at,
        ended_us: at + 10,
        tries: 1,
        outcome: Outcome::Done,
        answer: String::new(),
    }
}

fn rows(booking: impl Fn(&str) -> String) -> Rows {
    let row = |id: &str, account: &str, state: &str| BookingRow {
        id: id.into(),
        session: "x".into(),
        stage: "s".into(),
        account: account.into(),
        state: state.into(),
        created_us: 100,
    };
    let answer = |who: &str, key: &str| AnswerRow {
        caller: format!("accounts/{who}"),
        request_id: key.into(),
    };
    let audit = |action: &str, id: &str| AuditRow {
        action: action.into(),
        resource: booking(id),
    };
    let message = |kind: &str| MessageRow {
        about: booking("1"),
        kind: kind.into(),
    };
    Rows {
        sessions: vec![SessionRow {
            id: "x".into(),
            capacity: 2,
            taken: 2,
            start_us: 1000,
        }],
        bookings: vec![
            row("1", "a", "CANCELLED"),
            row("2", "b", "HELD"),
            row("3", "c", "HELD"),
        ],
        answers: vec![answer("a", "k1"), answer("b", "k2"), answer("c", "k6")],
        audits: vec![
            audit("CreateBooking", "1"),
            audit("CreateBooking", "2"),
            audit("CreateBooking", "3"),
            audit("ConfirmBooking", "1"),
            audit("CancelBooking", "1"),
        ],
        messages: vec![message("BOOKING_CONFIRMED"), message("BOOKING_CANCELLED")],
        outboxes: vec![("testing-svc".into(), 0, 0)],
    }
}
