//! The producer's side: the outbox goes to the stream, and a row is forgotten when all have it.

use std::time::Duration;

use redis::streams::{StreamInfoGroup, StreamInfoGroupsReply, StreamPendingReply};
use tokio_util::sync::CancellationToken;

use super::{EVENTS, Place, Stream, lost};
use crate::bus::Event;
use crate::clock::Stopwatch;
use crate::database::{Database, execute, query_all};
use crate::error::Result;
use crate::outbox::event_of;

const BATCH: i64 = 100;
/// How often acknowledged rows are cleared away.
const CLEARING: Duration = Duration::from_secs(10);

/// Adds one service's outbox to the stream. Each instance has one; a row that two of them add is
/// taken once.
pub struct Feed {
    pub db: Database,
    pub stream: Stream,
    /// Whose outbox it is, for metrics.
    pub service: &'static str,
}

impl Feed {
    /// Feeds until cancelled: at once after each commit here, and every second for those of others.
    pub async fn run(self, stop: CancellationToken) {
        let mut cleared = Stopwatch::start();
        loop {
            let moved = self.round().await;
            crate::telemetry::level(self.service, "stream_up", i64::from(moved.is_ok()));
            crate::telemetry::level(self.service, "redis_up", i64::from(moved.is_ok()));
            let moved = moved.unwrap_or_else(|error| {
                tracing::warn!(?error, "events wait in the outbox: the stream took none");
                0
            });
            if cleared.elapsed() > CLEARING {
                if let Err(error) = self.clear().await {
                    tracing::debug!(?error, "the outbox was not cleared");
                }
                cleared = Stopwatch::start();
            }
            if moved > 0 && !stop.is_cancelled() {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.db.committed() => {}
                () = crate::jobs::pause(Duration::from_secs(1)) => {}
            }
        }
    }

    /// Adds what the present life of the stream does not have; tells how many events.
    pub async fn round(&self) -> Result<usize> {
        let epoch = self.stream.epoch().await?;
        let rows = query_all(
            self.db.read(),
            "SELECT seq, id, kind, about, payload, created_us, traceparent, tracestate FROM outbox
             WHERE dead = FALSE AND (stream_epoch IS NULL OR stream_epoch <> $1)
             ORDER BY seq LIMIT $2",
            [epoch.as_str().into(), BATCH.into()],
        )
        .await?;
        let events: Vec<Event> = rows.iter().map(event_of).collect::<Result<_>>()?;
        if events.is_empty() {
            return Ok(0);
        }
        // In another life meanwhile: the next round adds them there.
        let Some(places) = self.stream.add(&epoch, &events).await? else {
            return Ok(1);
        };
        let tx = self.db.begin().await?;
        for (row, place) in rows.iter().zip(places) {
            let seq: i64 = row.try_get("", "seq")?;
            execute(
                &tx,
                "UPDATE outbox SET stream_epoch = $2, stream_ms = $3, stream_counter = $4 WHERE seq = $1",
                [
                    seq.into(),
                    epoch.as_str().into(),
                    place.ms.into(),
                    place.counter.into(),
                ],
            )
            .await?;
        }
        tx.commit().await?;
        Ok(events.len())
    }

    /// Forgets what every known group has acknowledged, here and in the stream.
    pub async fn clear(&self) -> Result<u64> {
        let epoch = self.stream.epoch().await?;
        let groups = self.groups().await?;
        self.tell(&groups);
        self.remember(&groups).await?;
        let Some(floor) = self.floor(&groups).await? else {
            return Ok(0);
        };
        // Had the stream begun another life meanwhile, the floor would be of that one.
        if self.stream.epoch().await? != epoch {
            return Ok(0);
        }
        let tx = self.db.begin().await?;
        let done = execute(
            &tx,
            "DELETE FROM outbox WHERE stream_epoch = $1
             AND (stream_ms < $2 OR (stream_ms = $2 AND stream_counter < $3))",
            [epoch.as_str().into(), floor.ms.into(), floor.counter.into()],
        )
        .await?;
        tx.commit().await?;
        self.trim(floor).await?;
        Ok(done.rows_affected())
    }

    /// Every group that was ever seen must still be there: after a flush one may be late.
    async fn floor(&self, groups: &[StreamInfoGroup]) -> Result<Option<Place>> {
        let known = query_all(self.db.read(), "SELECT name FROM stream_group", []).await?;
        for row in &known {
            let name: String = row.try_get("", "name")?;
            if !groups.iter().any(|group| group.name == name) {
                return Ok(None);
            }
        }
        let mut floor = None;
        for group in groups {
            let below = self.acknowledged_below(group).await?;
            floor = Some(floor.map_or(below, |lowest: Place| lowest.min(below)));
        }
        Ok(floor)
    }

    /// Everything before this place is acknowledged by the group.
    async fn acknowledged_below(&self, group: &StreamInfoGroup) -> Result<Place> {
        let mut command = redis::cmd("XPENDING");
        command.arg(EVENTS).arg(&group.name);
        let pending: StreamPendingReply = self.stream.call(&command).await.map_err(lost)?;
        let first = match pending {
            StreamPendingReply::Data(data) => Place::parse(&data.start_id),
            // Nothing is pending.
            _ => Place::parse(&group.last_delivered_id).map(|last| Place {
                counter: last.counter + 1,
                ..last
            }),
        };
        first.ok_or_else(|| super::garbled("a place"))
    }

    async fn groups(&self) -> Result<Vec<StreamInfoGroup>> {
        let mut command = redis::cmd("XINFO");
        command.arg("GROUPS").arg(EVENTS);
        match self.stream.call::<StreamInfoGroupsReply>(&command).await {
            Ok(reply) => Ok(reply.groups),
            // No stream yet, so nobody listens yet.
            Err(error)
                if error.kind()
                    == redis::ErrorKind::Server(redis::ServerErrorKind::ResponseError) =>
            {
                Ok(Vec::new())
            }
            Err(error) => Err(lost(error)),
        }
    }

    /// How far this service is behind with the events of all.
    fn tell(&self, groups: &[StreamInfoGroup]) {
        let Some(own) = groups.iter().find(|group| group.name == self.service) else {
            return;
        };
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        crate::telemetry::level(self.service, "stream_pending", number(own.pending));
        // Redis does not know it for a while after entries were deleted.
        if let Some(lag) = own.lag {
            crate::telemetry::level(self.service, "stream_lag", number(lag));
        }
    }

    async fn remember(&self, groups: &[StreamInfoGroup]) -> Result<()> {
        let tx = self.db.begin().await?;
        for group in groups {
            execute(
                &tx,
                "INSERT INTO stream_group (name) VALUES ($1) ON CONFLICT DO NOTHING",
                [group.name.as_str().into()],
            )
            .await?;
        }
        Ok(tx.commit().await?)
    }

    async fn trim(&self, floor: Place) -> Result<()> {
        let mut command = redis::cmd("XTRIM");
        command
            .arg(EVENTS)
            .arg("MINID")
            .arg("~")
            .arg(floor.to_string());
        let _trimmed: i64 = self.stream.call(&command).await.map_err(lost)?;
        Ok(())
    }
}
