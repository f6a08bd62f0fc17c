//! Dead events that an operator wants tried again: once more each, by whoever reads.

use sea_orm::QueryResult;
use uuid::Uuid;

use super::lease;
use super::reader::Reader;
use crate::bus::Event;
use crate::clock::from_us;
use crate::database::{execute, query_all};
use crate::dead;
use crate::error::{Error, Result};

const BATCH: i64 = 100;

impl Reader {
    /// Tries those that are wanted.
    pub(super) async fn take_wanted(&self) -> Result<()> {
        let sql = "SELECT event_id, kind, about, payload, COALESCE(time_us, dead_us) AS time_us
                   FROM stream_dead WHERE wanted = TRUE ORDER BY dead_us, event_id LIMIT $1";
        for row in query_all(self.db.read(), sql, [BATCH.into()]).await? {
            let event = read(&row)?;
            let taking = self.bus.publish(&event);
            let refused = lease::as_holder(self.holder, taking).await.err();
            self.over(event.id, refused).await?;
        }
        Ok(())
    }

    /// Taken, it is dead no more; refused, it is until it is wanted again.
    async fn over(&self, id: Uuid, refused: Option<Error>) -> Result<()> {
        let tx = self.db.begin().await?;
        match refused {
            None => dead::bury(&tx, id).await?,
            Some(error) => {
                tracing::warn!(event = %id, ?error, "a dead event was not taken this time either");
                execute(
                    &tx,
                    "UPDATE stream_dead SET wanted = FALSE, attempts = attempts + 1, reason = $2
                     WHERE event_id = $1",
                    [id.to_string().into(), error.reason().into_owned().into()],
                )
                .await?;
            }
        }
        Ok(tx.commit().await?)
    }
}

fn read(row: &QueryResult) -> Result<Event> {
    Ok(Event {
        id: Uuid::parse_str(&row.try_get::<String>("", "event_id")?)
            .map_err(|error| Error::Internal(error.into()))?,
        kind: row.try_get("", "kind")?,
        about: row.try_get("", "about")?,
        time: from_us(row.try_get("", "time_us")?),
        payload: row.try_get("", "payload")?,
        trace: None,
    })
}
