//! Events leave through the outbox: written with their cause, relayed to the bus after it.

use std::collections::HashSet;
use std::time::Duration;

use prost::{Message, Name};
use sea_orm::QueryResult;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::bus::{Bus, Event};
use crate::clock::{Clock, from_us, to_us};
use crate::database::{Database, Tx, execute, query_all, query_one};
use crate::error::{Error, Result};
use crate::ids::Ids;
use crate::telemetry::carry::Carried;
use crate::telemetry::trace::Span;

/// After this many tries an event is set aside, kept and counted, so that the rest goes on.
const MOST_ATTEMPTS: i32 = 50;
const BATCH: u64 = 100;

/// What nothing stands before: however many events can't be taken, those of other resources go on.
const FRESH: &str = "attempts = 0 AND about NOT IN
    (SELECT about FROM outbox WHERE dead = FALSE AND attempts > 0) ORDER BY seq";
/// What was not taken before, each the first of its resource; the least tried come first, so that
/// each has its turn.
const FAILED: &str = "attempts > 0 ORDER BY attempts, seq";

/// Writes an event about a resource in the transaction of its cause.
pub async fn publish<M: Message + Name>(
    tx: &Tx,
    clock: &Clock,
    ids: &Ids,
    about: &str,
    event: &M,
) -> Result<()> {
    tx.tell();
    let (id, kind) = (ids.uuid(), M::full_name());
    let span = Span::producer(&kind, id);
    let trace = span.place().map(|place| Carried::of(&place));
    let (parent, state) = trace.map(|it| (it.parent, it.state)).unzip();
    let written = execute(
        tx,
        "INSERT INTO outbox (id, kind, about, payload, created_us, traceparent, tracestate)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            id.to_string().into(),
            kind.into(),
            about.into(),
            event.encode_to_vec().into(),
            to_us(clock.now()).into(),
            parent.into(),
            state.into(),
        ],
    );
    span.around(written).await?;
    Ok(())
}

/// An event about a resource, as one of many.
pub struct News<M> {
    pub about: String,
    pub event: M,
    /// What asked for it, where the transaction is of many who did.
    pub cause: Option<Carried>,
}

/// Writes many events of a kind in the transaction of their causes. On PostgreSQL only.
pub async fn publish_many<M: Message + Name>(
    tx: &Tx,
    clock: &Clock,
    ids: &Ids,
    news: &[News<M>],
) -> Result<()> {
    if news.is_empty() {
        return Ok(());
    }
    tx.tell();
    let kind = M::full_name();
    let (mut keys, mut about, mut payloads) = (Vec::new(), Vec::new(), Vec::new());
    let (mut parents, mut states) = (Vec::new(), Vec::new());
    for one in news {
        let id = ids.uuid();
        let send = || Span::producer(&kind, id).place();
        let trace = match one.cause.as_ref().and_then(Carried::place) {
            Some(cause) => Span::passing(cause).within(send),
            None => send(),
        };
        let trace = trace.map(|place| Carried::of(&place));
        let (parent, state) = trace.map(|it| (it.parent, it.state)).unwrap_or_default();
        keys.push(id.to_string());
        about.push(one.about.clone());
        payloads.push(one.event.encode_to_vec());
        parents.push(parent);
        states.push(state);
    }
    execute(
        tx,
        "INSERT INTO outbox (id, kind, about, payload, created_us, traceparent, tracestate)
         SELECT t.id, $1, t.about, t.payload, $2, NULLIF(t.parent, ''), NULLIF(t.state, '')
         FROM unnest($3::text[], $4::text[], $5::bytea[], $6::text[], $7::text[])
            WITH ORDINALITY AS t (id, about, payload, parent, state, place)
         ORDER BY t.place",
        [
            kind.into(),
            to_us(clock.now()).into(),
            keys.into(),
            about.into(),
            payloads.into(),
            parents.into(),
            states.into(),
        ],
    )
    .await?;
    Ok(())
}

/// While events come in a stream, the outbox is looked at so often and no more: what came in between is
/// moved, and forgotten, together. The first after a silence waits for nobody.
const BETWEEN_ROUNDS: Duration = Duration::from_millis(10);

/// What a pass over the outbox came to.
struct Passed {
    taken: usize,
    /// Whether there may be more that is due.
    is_more: bool,
}

/// What became of the rows of a pass.
#[derive(Default)]
struct Moved {
    taken: Vec<(i64, Uuid)>,
    put_off: Vec<(i64, Event, i32)>,
    /// Whether one was taken that others of its resource stood behind.
    is_late: bool,
}

/// Moves one service's events to the bus.
pub struct Relay {
    pub db: Database,
    pub bus: Bus,
    pub clock: Clock,
}

impl Relay {
    /// Relays until cancelled: at once after each commit, and now and then in case of retries.
    pub async fn run(self, stop: CancellationToken) {
        loop {
            let passed = self.pass().await.unwrap_or_else(|error| {
                tracing::warn!(?error, "the outbox was not read");
                Passed {
                    taken: 0,
                    is_more: false,
                }
            });
            if passed.is_more && !stop.is_cancelled() {
                continue;
            }
            if passed.taken > 0 {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = crate::jobs::pause(BETWEEN_ROUNDS) => {}
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.db.committed() => {}
                () = crate::jobs::pause(Duration::from_secs(1)) => {}
            }
        }
    }

    /// One pass over what is due; tells how many events were taken.
    pub async fn round(&self) -> Result<usize> {
        Ok(self.pass().await?.taken)
    }

    async fn pass(&self) -> Result<Passed> {
        let fresh = self.read(FRESH).await?;
        let failed = self.read(FAILED).await?;
        let is_full = [&fresh, &failed].iter().any(|it| it.len() as u64 == BATCH);
        let mut moved = Moved::default();
        let rows = fresh.into_iter().chain(failed);
        let read = self.move_all(rows, &mut moved).await;
        // Also where a row could not be read: what was taken before it is.
        self.done(&moved.taken).await?;
        for (seq, event, attempts) in moved.put_off {
            self.put_off(seq, &event, attempts).await?;
        }
        read?;
        let taken = moved.taken.len();
        Ok(Passed {
            is_more: taken > 0 && (is_full || moved.is_late),
            taken,
        })
    }

    async fn move_all(
        &self,
        rows: impl Iterator<Item = QueryResult> + Send,
        moved: &mut Moved,
    ) -> Result<()> {
        let mut waiting = HashSet::new();
        for row in rows {
            let event = event_of(&row)?;
            let (seq, attempts): (i64, i32) =
                (row.try_get("", "seq")?, row.try_get("", "attempts")?);
            // Later events of a resource wait for the earlier ones.
            if waiting.contains(&event.about) || !self.bus.may_try(event.id) {
                waiting.insert(event.about);
                continue;
            }
            match self.bus.publish(&event).await {
                Ok(()) => {
                    moved.is_late |= attempts > 0;
                    moved.taken.push((seq, event.id));
                }
                Err(_) => {
                    waiting.insert(event.about.clone());
                    moved.put_off.push((seq, event, attempts + 1));
                }
            }
        }
        Ok(())
    }

    async fn read(&self, which: &str) -> Result<Vec<QueryResult>> {
        let sql = format!(
            "SELECT seq, id, kind, about, payload, created_us, attempts, traceparent, tracestate
             FROM outbox WHERE dead = FALSE AND {which} LIMIT {BATCH}"
        );
        Ok(query_all(self.db.read(), &sql, []).await?)
    }

    /// Forgets what was taken. Whoever dies before it tells everything once more: those who hear know
    /// an event by its id.
    async fn done(&self, taken: &[(i64, Uuid)]) -> Result<()> {
        if taken.is_empty() {
            return Ok(());
        }
        let rows: Vec<i64> = taken.iter().map(|(seq, _)| *seq).collect();
        let tx = self.db.begin().await?;
        if self.db.is_postgres() {
            let sql = "DELETE FROM outbox WHERE seq = ANY($1::bigint[])";
            execute(&tx, sql, [rows.into()]).await?;
        } else {
            for row in rows {
                execute(&tx, "DELETE FROM outbox WHERE seq = $1", [row.into()]).await?;
            }
        }
        tx.commit().await?;
        for (_, id) in taken {
            self.bus.is_over(*id);
        }
        Ok(())
    }

    async fn put_off(&self, seq: i64, event: &Event, attempts: i32) -> Result<()> {
        let is_dead = attempts >= MOST_ATTEMPTS;
        if is_dead {
            self.bus.is_over(event.id);
        } else {
            let wait = Duration::from_millis(100_u64 << attempts.clamp(0, 9));
            self.bus.put_off(event.id, wait);
        }
        let tx = self.db.begin().await?;
        execute(
            &tx,
            "UPDATE outbox SET attempts = $2, dead = $3 WHERE seq = $1",
            [seq.into(), attempts.into(), is_dead.into()],
        )
        .await?;
        Ok(tx.commit().await?)
    }
}

/// The event in a row of the outbox.
pub(crate) fn event_of(row: &QueryResult) -> Result<Event> {
    Ok(Event {
        id: Uuid::parse_str(&row.try_get::<String>("", "id")?)
            .map_err(|e| Error::Internal(e.into()))?,
        kind: row.try_get("", "kind")?,
        about: row.try_get("", "about")?,
        time: from_us(row.try_get("", "created_us")?),
        payload: row.try_get("", "payload")?,
        trace: trace_of(row)?,
    })
}

fn trace_of(row: &QueryResult) -> Result<Option<Carried>> {
    let parent: Option<String> = row.try_get("", "traceparent")?;
    let state: Option<String> = row.try_get("", "tracestate")?;
    Ok(parent.map(|parent| Carried {
        parent,
        state: state.unwrap_or_default(),
    }))
}

/// Events still to be relayed, and those set aside.
pub async fn depth(db: &Database) -> Result<(i64, i64)> {
    let sql = "SELECT COUNT(*) AS n FROM outbox WHERE dead = $1";
    let mut counts = [0, 0];
    for (count, dead) in counts.iter_mut().zip([false, true]) {
        if let Some(row) = query_one(db.read(), sql, [dead.into()]).await? {
            *count = row.try_get("", "n")?;
        }
    }
    Ok((counts[0], counts[1]))
}

/// When the oldest event that is still to be relayed was written.
pub async fn oldest_us(db: &Database) -> Result<Option<i64>> {
    let sql = "SELECT MIN(created_us) AS oldest FROM outbox WHERE dead = FALSE";
    let row = query_one(db.read(), sql, []).await?;
    Ok(row
        .map(|row| row.try_get::<Option<i64>>("", "oldest"))
        .transpose()?
        .flatten())
}
