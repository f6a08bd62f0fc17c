//! The inbox as a stream of server-sent events: what happens is heard while it happens.

use std::time::Duration;

use anyhow::{bail, ensure};
use reqwest::Response;
use serde_json::Value;
use tokio::time::timeout;

use super::actor::Actor;
use super::people::Person;
use super::stand::Stand;

/// A stream that is silent for so long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Somebody who listens to their inbox.
pub struct Listener {
    actor: Actor,
    response: Response,
    /// Where the next stream goes on when this one breaks.
    heard_up_to: Option<String>,
    /// What came of an event that is not whole yet.
    rest: Vec<u8>,
    person: usize,
}

impl Listener {
    /// Listens to what comes from now on.
    pub async fn of(person: &Person) -> anyhow::Result<Self> {
        let mut listener = Self {
            actor: person.actor.clone(),
            response: open(&person.actor, None).await?,
            heard_up_to: None,
            rest: Vec::new(),
            person: person.number(),
        };
        // The first says that the stream is alive: nothing that comes after it is missed.
        timeout(PATIENCE, listener.hears_next()).await??;
        Ok(listener)
    }

    /// The next event. As a browser does, it goes on with another stream where one breaks, from
    /// where this one was heard up to: whoever told it may have died.
    async fn hears_next(&mut self) -> anyhow::Result<Value> {
        loop {
            if let Some(event) = self.next().await? {
                return Ok(event);
            }
            self.response = open(&self.actor, self.heard_up_to.as_deref()).await?;
            self.rest.clear();
        }
    }

    /// Hears on until a message of this kind came.
    pub async fn hears(mut self, stand: &Stand, kind: &str) -> anyhow::Result<()> {
        let person = self.person;
        let heard = timeout(PATIENCE, async {
            loop {
                let event = self.hears_next().await?;
                if event["message"]["kind"] == kind {
                    return anyhow::Ok(event);
                }
            }
        });
        let heard = heard.await;
        let held = matches!(heard, Ok(Ok(_)));
        let what = format!("person {person} heard {kind} on the open stream");
        stand.ledger.tried("N1", held, what);
        match heard {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(error),
            Err(_) => bail!("person {person} heard no {kind}"),
        }
    }

    /// The data of the next event; comments and pauses have none. `None`: the stream broke.
    async fn next(&mut self) -> anyhow::Result<Option<Value>> {
        loop {
            while let Some(end) = self.rest.windows(2).position(|it| it == b"\n\n") {
                let event: Vec<u8> = self.rest.drain(..end + 2).collect();
                let event = std::str::from_utf8(&event)?;
                let mut lines = event.lines();
                if let Some(id) = lines.find_map(|line| line.strip_prefix("id:")) {
                    self.heard_up_to = Some(id.trim().to_owned());
                }
                let data: Vec<&str> = event
                    .lines()
                    .filter_map(|line| line.strip_prefix("data:"))
                    .collect();
                if !data.is_empty() {
                    return Ok(Some(serde_json::from_str(&data.join("\n"))?));
                }
            }
            let Ok(Some(more)) = self.response.chunk().await else {
                return Ok(None);
            };
            self.rest.extend_from_slice(&more);
        }
    }
}

async fn open(actor: &Actor, heard_up_to: Option<&str>) -> anyhow::Result<Response> {
    let path = "/v1/accounts/me/messages/watch";
    let response = actor.watch("watch messages", path, heard_up_to).await?;
    let kind = response.headers().get("content-type");
    let kind = kind.and_then(|it| it.to_str().ok()).unwrap_or_default();
    ensure!(kind.starts_with("text/event-stream"), "a stream of {kind}");
    Ok(response)
}
