//! A room that closes when everybody has booked: its people lose their seats and are owed others, which
//! they are offered before anybody else.

use anyhow::{Context, ensure};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::desk::StageOpen;
use super::people::Person;
use super::people::seat::{Seat, note};
use super::people::waiting::Waiting;
use super::stand::Stand;

/// Closes the room of a stage, first as a dry run; everybody who sat there has another seat then.
pub async fn closes(
    stand: &Stand,
    stage: &StageOpen,
    seated: &mut [(Person, Seat)],
) -> anyhow::Result<()> {
    let Some((session, place)) = stage
        .sessions
        .iter()
        .find_map(|it| it.room.as_ref().map(|place| (it, place)))
    else {
        return Ok(());
    };
    let hour = SignedDuration::from_hours(1);
    let closure = json!({
        "target": place.room, "startTime": (place.start - hour).to_string(),
        "endTime": (place.end + hour).to_string(), "reason": "A pipe broke",
    });
    let close = async |path: &str| {
        let closed = stand.desk.carry_out("close room", path, closure.clone());
        closed.await
    };
    let hit: Vec<&mut (Person, Seat)> = seated
        .iter_mut()
        .filter(|(_, seat)| seat.session == session.name)
        .collect();
    let foreseen = close("/v1/closures?dryRun=true").await?;
    let told = |closure: &Value| closure["bookingsHit"].as_u64().unwrap_or_default();
    let held = told(&foreseen) == hit.len() as u64;
    let what = format!(
        "a closure foresaw {} bookings, {} were there",
        told(&foreseen),
        hit.len()
    );
    stand.ledger.tried("B7", held, what);
    let done = close("/v1/closures").await?;
    ensure!(
        told(&done) == told(&foreseen),
        "it did what it foresaw: {done}"
    );
    for (person, seat) in hit {
        let lost = format!("/v1/{}", seat.booking);
        let so = |booking: &Value| booking["state"] == "STATE_DISPLACED";
        let lost = person.actor.until("lose seat", &lost, so).await?;
        note(stand, person, &lost)?;
        *seat = owed(stand, person, stage).await?.accepts(stand).await?;
        let held = seat.session != session.name;
        let what = "who lost a seat by a closure was offered another";
        stand.ledger.tried("B7", held, what);
    }
    Ok(())
}

/// The place of who lost a seat, once another is offered to it.
async fn owed(stand: &Stand, person: &Person, stage: &StageOpen) -> anyhow::Result<Waiting> {
    let path = format!("/v1/{}/waitlistEntries", stand.campaign());
    let own = |list: &Value| {
        let entries = list["waitlistEntries"].as_array().into_iter().flatten();
        let mut offered = entries.filter(|it| {
            it["stage"] == stage.name.as_str()
                && it["displaced"] == true
                && it["state"] == "STATE_OFFERED"
        });
        offered
            .next()
            .and_then(|it| it["name"].as_str().map(str::to_owned))
    };
    let so = |list: &Value| own(list).is_some();
    let list = person.actor.until("be offered a seat", &path, so).await?;
    let entry = own(&list).context("an offer that was just there")?;
    Ok(Waiting::at(person, entry))
}
