//! The waiting list: who wants the full session and no other waits; seats that others leave are
//! offered in turn.

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};

use super::Person;
use super::seat::{Seat, note};
use crate::season::actor::Outcome;
use crate::season::desk::StageOpen;
use crate::season::patience::pause;
use crate::season::stand::Stand;

/// Seats are offered soon after they are left; much later is a mistake.
const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody on the list of a session.
#[derive(Clone)]
pub struct Waiting {
    pub person: Person,
    /// `campaigns/{campaign}/waitlistEntries/{waitlist_entry}`.
    entry: String,
}

/// Takes a place on the list of the popular session, where it is full; a second place is refused.
pub async fn waits(stand: &Stand, person: &Person, stage: &StageOpen) -> anyhow::Result<Waiting> {
    let session = stage.sessions.first().context("a popular session")?;
    let path = format!("/v1/{}/waitlistEntries", stand.campaign());
    let wish = json!({"stage": stage.name, "session": session.name});
    let waiting = person
        .actor
        .carry_out("wait for a seat", &path, wish.clone())
        .await?;
    let again = person.actor.post("wait for a seat", &path, wish).await?;
    let held = again.refused_for("ALREADY_WAITING").is_ok();
    stand
        .ledger
        .tried("B6", held, "a second place on the list was refused");
    let entry = waiting["name"]
        .as_str()
        .context("an entry without a name")?;
    Ok(Waiting {
        person: person.clone(),
        entry: entry.to_owned(),
    })
}

/// Takes those off the list who are offered a seat, once they are so many.
pub async fn offers(
    stand: &Stand,
    list: &mut Vec<Waiting>,
    expected: usize,
) -> anyhow::Result<Vec<Waiting>> {
    let begun = Instant::now();
    let mut offered = Vec::new();
    while offered.len() < expected {
        for at in (0..list.len()).rev() {
            if list[at].look(stand).await?["state"] == "STATE_OFFERED" {
                offered.push(list.remove(at));
            }
        }
        if begun.elapsed() > PATIENCE {
            bail!("{expected} seats were left, {} were offered", offered.len());
        }
        if offered.len() < expected {
            pause(Duration::from_millis(100)).await;
        }
    }
    Ok(offered)
}

impl Waiting {
    /// The place of somebody who did not ask for it.
    pub fn at(person: &Person, entry: String) -> Self {
        Self {
            person: person.clone(),
            entry,
        }
    }

    /// How the place stands, and the seat that is kept for it, noted.
    async fn look(&self, stand: &Stand) -> anyhow::Result<Value> {
        let path = format!("/v1/{}", self.entry);
        let entry = self.person.actor.read("read waiting list", &path).await?;
        if let Some(booking) = entry["booking"].as_str().filter(|it| !it.is_empty()) {
            let booking = self
                .person
                .actor
                .read("read booking", &format!("/v1/{booking}"))
                .await?;
            note(stand, &self.person, &booking)?;
        }
        Ok(entry)
    }

    /// Takes the seat that is offered; taking it again changes nothing.
    pub async fn accepts(&self, stand: &Stand) -> anyhow::Result<Seat> {
        let path = format!("/v1/{}/accept", self.entry);
        let taken = self
            .person
            .actor
            .post_and_lose("accept offer", &path, json!({}), true)
            .await?;
        let taken = taken.done()?;
        ensure!(
            taken["state"] == "STATE_ACCEPTED",
            "an accepted offer: {taken}"
        );
        self.look(stand).await?;
        let text = |field: &str| taken[field].as_str().map(str::to_owned).context("a seat");
        Ok(Seat {
            booking: text("booking")?,
            session: text("offeredSession")?,
        })
    }

    /// Waits no longer.
    pub async fn leaves(&self, stand: &Stand) -> anyhow::Result<()> {
        let path = format!("/v1/{}/leave", self.entry);
        self.person
            .actor
            .carry_out("leave waiting list", &path, json!({}))
            .await?;
        self.look(stand).await.map(drop)
    }
}
