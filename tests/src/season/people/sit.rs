//! «Тестілеуді бастау»: checked in, started, interrupted, finished.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::Person;
use super::seat::{Seat, note};
use crate::season::actor::Outcome;
use crate::season::desk::StageOpen;
use crate::season::stand::Stand;

/// What came of a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sitting {
    Away,
    SentOut,
    Sat,
}

/// Checks in where that is asked for, starts and finishes; who does not come gives the seat back.
pub async fn sit(
    stand: &Stand,
    person: &Person,
    stage: &StageOpen,
    seat: &Seat,
) -> anyhow::Result<Sitting> {
    if person.planned.habits.stays_away {
        let path = format!("/v1/{}/cancel", seat.booking);
        let cancelled = person
            .actor
            .carry_out("cancel booking", &path, json!({}))
            .await?;
        note(stand, person, &cancelled)?;
        return Ok(Sitting::Away);
    }
    let attempt = starts(stand, person, stage, seat).await?;
    let sitting = match attempt["name"].as_str() {
        Some(attempt) if stand.offers("/finish") => {
            ends(stand, person, stage, seat, attempt).await?
        }
        _ => Sitting::Sat,
    };
    let path = format!("/v1/{}", seat.booking);
    note(
        stand,
        person,
        &person.actor.read("read booking", &path).await?,
    )?;
    Ok(sitting)
}

async fn starts(
    stand: &Stand,
    person: &Person,
    stage: &StageOpen,
    seat: &Seat,
) -> anyhow::Result<Value> {
    let start = format!("/v1/{}/start", seat.booking);
    let session = stage.sessions.iter().find(|it| it.name == seat.session);
    if session.context("the session of a seat")?.check_in {
        let answer = person.actor.post("start test", &start, json!({})).await?;
        answer.refused_for("CHECK_IN_NEEDED")?;
        let path = format!("/v1/{}/checkIn", seat.booking);
        let checked = stand
            .desk
            .post_and_lose("check in", &path, json!({}), true)
            .await?;
        note(stand, person, &checked.done()?)?;
    }
    let attempt = person
        .actor
        .carry_out("start test", &start, json!({}))
        .await?;
    ensure!(
        attempt["launchToken"]
            .as_str()
            .is_some_and(|it| it.split('.').count() == 3),
        "a launch token: {attempt}"
    );
    if person.planned.habits.loses_answers {
        let again = person
            .actor
            .carry_out("start test", &start, json!({}))
            .await?;
        let held = again["name"] == attempt["name"];
        stand
            .ledger
            .tried("B5", held, "starting again gave the same attempt");
    }
    Ok(attempt)
}

/// The attempt is finished by the person, after a pause for some; one is sent out by the desk.
async fn ends(
    stand: &Stand,
    person: &Person,
    stage: &StageOpen,
    seat: &Seat,
    attempt: &str,
) -> anyhow::Result<Sitting> {
    let call = |verb: &str| format!("/v1/{attempt}/{verb}");
    let habits = &person.planned.habits;
    if habits.is_interrupted {
        stand
            .desk
            .carry_out("pause attempt", &call("pause"), json!({}))
            .await?;
        let start = format!("/v1/{}/start", seat.booking);
        let answer = person.actor.post("start test", &start, json!({})).await?;
        answer.refused_for("ATTEMPT_PAUSED")?;
        stand
            .desk
            .carry_out("resume attempt", &call("resume"), json!({}))
            .await?;
    }
    if habits.breaks_rules && stage.number == 1 {
        let why = json!({"code": "CODE_FORBIDDEN_ITEM", "note": "Ұялы телефон"});
        stand
            .desk
            .carry_out("terminate attempt", &call("terminate"), why)
            .await?;
        let answer = person
            .actor
            .post("finish test", &call("finish"), json!({}))
            .await?;
        answer.refused_for("ATTEMPT_OVER")?;
        return Ok(Sitting::SentOut);
    }
    let loses = habits.loses_answers;
    let finished = person
        .actor
        .post_and_lose("finish test", &call("finish"), json!({}), loses)
        .await?;
    let finished = finished.done()?;
    ensure!(
        finished["state"] == "STATE_FINISHED",
        "a finished attempt: {finished}"
    );
    Ok(Sitting::Sat)
}
