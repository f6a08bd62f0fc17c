//! A seat with the form that the application asks for, and the sitting.

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};

use super::Teacher;
use super::campaign::{Round, SessionOpen};
use super::plan::{Asks, SUBJECTS};
use crate::person::new_key;
use crate::season::actor::Outcome;
use crate::season::people::seat::{Seat, hold, note};
use crate::season::stand::Stand;

/// The rule that a seat has what the application asks for.
pub const FITS: &str = "T3";

/// A teacher with a seat.
#[derive(Clone)]
pub struct Seated {
    pub teacher: Teacher,
    pub seat: Seat,
    /// Whether the person sat the test.
    pub sat: bool,
}

pub async fn book(stand: Stand, teacher: Teacher, round: Round) -> anyhow::Result<Seated> {
    let planned = &teacher.planned;
    let has_subject = planned.kind.asks != Asks::Nothing;
    let fits = |it: &&SessionOpen| {
        it.subjects == has_subject && (it.accessible || !planned.turns.needs_access)
    };
    for session in round.sessions.iter().filter(fits) {
        if planned.turns.mistypes && has_subject {
            asks_for_another(&stand, &teacher, session).await?;
        }
        let path = format!("/v1/{}/bookings", stand.campaign());
        let body = json!({"session": session.name});
        let held = hold(&teacher.person, &new_key(), &path, &body).await?;
        if !held.is_done() {
            ensure!(
                ["SESSION_FULL", "QUOTA_FULL"].contains(&held.reason().as_str()),
                "no seat: {}",
                held.body
            );
            continue;
        }
        let held = held.done()?;
        note(&stand, &teacher.person, &held)?;
        fits_the_application(&stand, &teacher, &held);
        let booking = held["name"].as_str().context("a booking")?;
        let path = format!("/v1/{booking}/confirm");
        let loses = planned.turns.loses_answers;
        let actor = &teacher.person.actor;
        let booked = actor
            .post_and_lose("confirm booking", &path, json!({}), loses)
            .await?;
        note(&stand, &teacher.person, &booked.done()?)?;
        let seat = Seat {
            booking: booking.to_owned(),
            session: session.name.clone(),
        };
        return Ok(Seated {
            teacher,
            seat,
            sat: false,
        });
    }
    bail!("no session took {:?}", planned.kind.code)
}

/// Nothing was chosen for the seat: it has the language and the subject of the application.
fn fits_the_application(stand: &Stand, teacher: &Teacher, held: &Value) {
    let planned = &teacher.planned;
    let language = format!("LANGUAGE_{}", planned.language);
    let subject = held["subject"].as_str().unwrap_or_default();
    let accessible = held["accessible"] == true;
    let holds = held["language"] == language.as_str()
        && subject == planned.subject
        && accessible == planned.turns.needs_access;
    let what = "a seat has the language, the subject and the workstation of the application";
    stand.ledger.tried(FITS, holds, what);
}

/// A form in another subject than that of the application is refused.
async fn asks_for_another(
    stand: &Stand,
    teacher: &Teacher,
    session: &SessionOpen,
) -> anyhow::Result<()> {
    let own = teacher.planned.subject;
    let other = SUBJECTS.into_iter().find(|it| *it != own);
    let body = json!({"session": session.name, "subject": other.context("another subject")?});
    let path = format!("/v1/{}/bookings", stand.campaign());
    let refused = hold(&teacher.person, &new_key(), &path, &body).await?;
    let held = refused.refused_for("INVALID_REQUEST").is_ok();
    let what = "a seat with a form in another subject was refused";
    stand.ledger.tried(FITS, held, what);
    Ok(())
}

/// Checked in, started, finished; some stay away.
pub async fn sit(stand: Stand, mut seated: Seated) -> anyhow::Result<Seated> {
    if seated.teacher.planned.turns.stays_away {
        return Ok(seated);
    }
    let (person, booking) = (&seated.teacher.person, &seated.seat.booking);
    let path = format!("/v1/{booking}/checkIn");
    let checked = stand.desk.post_and_lose("check in", &path, json!({}), true);
    note(&stand, person, &checked.await?.done()?)?;
    let path = format!("/v1/{booking}/start");
    let attempt = person
        .actor
        .carry_out("start test", &path, json!({}))
        .await?;
    let attempt = attempt["name"].as_str().context("an attempt")?;
    let path = format!("/v1/{attempt}/finish");
    let finished = person.actor.carry_out("finish test", &path, json!({}));
    finished.await?;
    let path = format!("/v1/{booking}");
    let booking = person.actor.read("read booking", &path).await?;
    note(&stand, person, &booking)?;
    seated.sat = true;
    Ok(seated)
}
