//! Events that nobody took after many tries: kept, seen, and tried again or dropped by an operator.
//!
//! An event is dead on one of two sides. In the *outbox*, where the services share a process, some
//! subscriber of it refused it again and again. From the *stream*, this service could not take it.
//! Tried again, it comes after what happened to its resource meanwhile: subscribers look at versions,
//! not at the order alone.

mod command;
mod tables;

use std::fmt;

use sea_orm::QueryResult;
use uuid::Uuid;

use crate::audit;
use crate::caller::Caller;
use crate::clock::{Clock, from_us};
use crate::database::{Database, Tx, execute, query_all};
use crate::error::Result;

pub use command::{EventsArgs, run};
pub use tables::DeadEvents;

/// Shown at once at most; the oldest come first.
const SHOWN: i64 = 500;

/// Where an event is dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Outbox,
    Stream,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Side::Outbox => "outbox",
            Side::Stream => "stream",
        })
    }
}

/// One of them, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dead {
    pub id: Uuid,
    pub side: Side,
    pub kind: String,
    pub about: String,
    /// When it happened.
    pub time: jiff::Timestamp,
    pub attempts: i32,
    /// Why it was not taken the last time, as far as known.
    pub reason: String,
    /// An operator wants it tried again, and it was not yet.
    pub is_wanted: bool,
}

/// The oldest of them, of both sides.
pub async fn list(db: &Database) -> Result<Vec<Dead>> {
    let outbox = "SELECT id, kind, about, created_us AS time_us, attempts, '' AS reason,
                         FALSE AS wanted FROM outbox WHERE dead = TRUE ORDER BY seq LIMIT $1";
    let stream =
        "SELECT event_id AS id, kind, about, COALESCE(time_us, dead_us) AS time_us, attempts,
                         reason, wanted FROM stream_dead ORDER BY dead_us, event_id LIMIT $1";
    let mut found = Vec::new();
    for (side, sql) in [(Side::Outbox, outbox), (Side::Stream, stream)] {
        for row in query_all(db.read(), sql, [SHOWN.into()]).await? {
            found.push(read(side, &row)?);
        }
    }
    Ok(found)
}

fn read(side: Side, row: &QueryResult) -> Result<Dead> {
    Ok(Dead {
        id: Uuid::parse_str(&row.try_get::<String>("", "id")?).unwrap_or_default(),
        side,
        kind: row.try_get("", "kind")?,
        about: row.try_get("", "about")?,
        time: from_us(row.try_get("", "time_us")?),
        attempts: row.try_get("", "attempts")?,
        reason: row.try_get("", "reason")?,
        is_wanted: row.try_get("", "wanted")?,
    })
}

/// Has an event tried again by whoever runs; false where there is no such dead event.
pub async fn retry(db: &Database, clock: &Clock, id: Uuid, because: &str) -> Result<bool> {
    let steps = [
        "UPDATE outbox SET dead = FALSE, attempts = 0 WHERE id = $1 AND dead = TRUE",
        "UPDATE stream_dead SET wanted = TRUE WHERE event_id = $1",
    ];
    change(db, clock, "RetryDeadEvent", steps, id, because).await
}

/// Gives an event up for good; false where there is no such dead event.
pub async fn drop_event(db: &Database, clock: &Clock, id: Uuid, because: &str) -> Result<bool> {
    let steps = [
        "DELETE FROM outbox WHERE id = $1 AND dead = TRUE",
        "DELETE FROM stream_dead WHERE event_id = $1",
    ];
    change(db, clock, "DropDeadEvent", steps, id, because).await
}

async fn change(
    db: &Database,
    clock: &Clock,
    action: &str,
    steps: [&str; 2],
    id: Uuid,
    because: &str,
) -> Result<bool> {
    let tx = db.begin().await?;
    let mut changed = 0;
    for sql in steps {
        let done = execute(&tx, sql, [id.to_string().into()]).await?;
        changed += done.rows_affected();
    }
    if changed == 0 {
        return Ok(false);
    }
    let operator = Caller::Service("operator".into());
    let event = format!("events/{id}");
    audit::record(&tx, clock, &operator, action, &event, because).await?;
    db.commit(tx).await?;
    Ok(true)
}

/// The event is over after all.
pub(crate) async fn bury(tx: &Tx, id: Uuid) -> Result<()> {
    let sql = "DELETE FROM stream_dead WHERE event_id = $1";
    execute(tx, sql, [id.to_string().into()]).await?;
    Ok(())
}
