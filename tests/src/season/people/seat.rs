//! «Күн мен уақытты таңдау», moving and cancelling.

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};

use super::Person;
use crate::person::{Answer, new_key};
use crate::season::actor::Outcome;
use crate::season::desk::StageOpen;
use crate::season::dice::Dice;
use crate::season::ledger::{Booked, SeatRefused};
use crate::season::patience::pause;
use crate::season::stand::Stand;

/// So long the news of an acceptance may take.
const NEWS: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(200);

/// A person's booking of a stage.
#[derive(Debug, Clone)]
pub struct Seat {
    pub booking: String,
    pub session: String,
}

/// Takes a seat, the popular session first for whom it matters; some move, some cancel and book again.
pub async fn book(stand: &Stand, person: &Person, stage: &StageOpen) -> anyhow::Result<Seat> {
    let mut seat = takes_a_seat(stand, person, stage).await?;
    if person.planned.habits.cancels {
        let path = format!("/v1/{}/cancel", seat.booking);
        let loses = person.planned.habits.loses_answers;
        let cancelled = person
            .actor
            .post_and_lose("cancel booking", &path, json!({}), loses)
            .await?;
        note(stand, person, &cancelled.done()?)?;
        seat = takes_a_seat(stand, person, stage).await?;
    }
    if person.planned.habits.moves {
        seat = moves(stand, person, stage, seat).await?;
    }
    Ok(seat)
}

async fn takes_a_seat(stand: &Stand, person: &Person, stage: &StageOpen) -> anyhow::Result<Seat> {
    let listed = format!("/v1/{}/sessions?freeOnly=true&pageSize=100", stage.name);
    let bookings = format!("/v1/{}/bookings", stand.campaign());
    let free = person.actor.read("read sessions", &listed).await?;
    ensure!(
        free["sessions"][0].is_object(),
        "no session has a seat left"
    );
    let needs_access = person.planned.habits.needs_access;
    for session in wishes(person, stage) {
        let key = new_key();
        let body = json!({"session": session, "accessible": needs_access});
        let held = hold(person, &key, &bookings, &body).await?;
        if !held.is_done() {
            is_full(&held)?;
            stand.ledger.facts().refused_seats.push(SeatRefused {
                person: person.number(),
                session: session.to_owned(),
            });
            continue;
        }
        let held = held.done()?;
        note(stand, person, &held)?;
        if needs_access {
            let held = held["accessible"] == true && held["extraTimePercent"] == 50;
            let what = "who needs an accessible workstation has one, with more time";
            stand.ledger.tried("B1", held, what);
        }
        if person.planned.habits.loses_answers {
            repeats(stand, person, stage, &key, body, &held).await?;
        }
        let booking = held["name"].as_str().context("a booking without a name")?;
        let path = format!("/v1/{booking}/confirm");
        let loses = person.planned.habits.loses_answers;
        let booked = person
            .actor
            .post_and_lose("confirm booking", &path, json!({}), loses)
            .await?;
        note(stand, person, &booked.done()?)?;
        return Ok(Seat {
            booking: booking.to_owned(),
            session: session.to_owned(),
        });
    }
    bail!("no session took the person")
}

/// Somebody who was told that they are accepted tries again: the exam desk hears of it a little later
/// than they do, and later still where whoever was to hear it died.
pub async fn hold(person: &Person, key: &str, path: &str, body: &Value) -> anyhow::Result<Answer> {
    let begun = Instant::now();
    loop {
        let actor = &person.actor;
        let held = actor.post_with_key("hold seat", key, path, body.clone());
        let held = held.await?;
        if held.refused_for("NOT_ELIGIBLE").is_err() || begun.elapsed() > NEWS {
            return Ok(held);
        }
        pause(PAUSE).await;
    }
}

/// Every seat is taken, or those that are left are kept for others.
fn is_full(answer: &Answer) -> anyhow::Result<()> {
    answer
        .refused_for("SESSION_FULL")
        .or_else(|_| answer.refused_for("QUOTA_FULL"))
}

/// The sessions in the order of a person's wishes.
fn wishes<'a>(person: &Person, stage: &'a StageOpen) -> Vec<&'a str> {
    if person.planned.habits.needs_access {
        let accessible = stage.sessions.iter().filter(|it| it.accessible);
        return accessible.map(|it| it.name.as_str()).collect();
    }
    let mut all: Vec<&str> = stage.sessions.iter().map(|it| it.name.as_str()).collect();
    let popular = all.remove(0);
    let seed = (person.number() * 31 + stage.number) as u64;
    Dice::new(seed).shuffle(&mut all);
    if person.planned.habits.wants_the_popular_session {
        all.insert(0, popular);
    } else {
        all.push(popular);
    }
    all
}

/// A lost answer is asked for again; the same key for another session is no repeat.
async fn repeats(
    stand: &Stand,
    person: &Person,
    stage: &StageOpen,
    key: &str,
    body: Value,
    held: &Value,
) -> anyhow::Result<()> {
    let bookings = format!("/v1/{}/bookings", stand.campaign());
    let again = person
        .actor
        .post_with_key("hold seat", key, &bookings, body.clone())
        .await?;
    let same = again.done()?["name"] == held["name"];
    stand
        .ledger
        .tried("B5", same, "a repeated hold got the same booking");
    let other = stage.sessions.iter().map(|it| it.name.as_str());
    let other = other.into_iter().find(|name| body["session"] != *name);
    let body = json!({"session": other.context("another session")?});
    let answer = person
        .actor
        .post_with_key("hold seat", key, &bookings, body.clone())
        .await?;
    let refused = answer.reason().contains("REQUEST_ID_REUSED");
    stand
        .ledger
        .tried("B5", refused, "one key with another body was refused");
    let answer = person.actor.post("hold seat", &bookings, body).await?;
    let refused = answer.refused_for("STAGE_ALREADY_BOOKED").is_ok();
    stand
        .ledger
        .tried("B6", refused, "a second seat of a stage was refused");
    Ok(())
}

/// To another session, by the person's own wishes; where all others are full nothing changes.
pub async fn moves(
    stand: &Stand,
    person: &Person,
    stage: &StageOpen,
    seat: Seat,
) -> anyhow::Result<Seat> {
    for session in wishes(person, stage) {
        if session == seat.session {
            continue;
        }
        let path = format!("/v1/{}/move", seat.booking);
        let moved = person
            .actor
            .post("move booking", &path, json!({"session": session}))
            .await?;
        if !moved.is_done() {
            is_full(&moved)?;
            continue;
        }
        note(stand, person, &moved.done()?)?;
        return Ok(Seat {
            session: session.to_owned(),
            ..seat
        });
    }
    Ok(seat)
}

/// Who did not go on finds the next stage closed.
pub async fn is_out(stand: &Stand, person: &Person, stage: &StageOpen) -> anyhow::Result<()> {
    let Some(session) = stage.sessions.last() else {
        return Ok(());
    };
    let bookings = format!("/v1/{}/bookings", stand.campaign());
    let body = json!({"session": session.name});
    let answer = person.actor.post("hold seat", &bookings, body).await?;
    let held = answer.refused_for("NOT_ELIGIBLE").is_ok();
    stand.ledger.tried(
        "S3",
        held,
        "who did not go on could not book the next stage",
    );
    Ok(())
}

/// Notes what its owner was told of a booking last.
pub fn note(stand: &Stand, person: &Person, booking: &Value) -> anyhow::Result<()> {
    let text = |field: &str| {
        booking[field]
            .as_str()
            .map(str::to_owned)
            .context("a booking")
    };
    let told = Booked {
        person: person.number(),
        booking: text("name")?,
        session: text("session")?,
        state: text("state")?,
    };
    let mut facts = stand.ledger.facts();
    match facts
        .bookings
        .iter_mut()
        .find(|it| it.booking == told.booking)
    {
        Some(known) => *known = told,
        None => facts.bookings.push(told),
    }
    Ok(())
}
