//! The consumer's side: one instance of a service reads the stream for all of them.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::MultiplexedConnection;
use redis::streams::{StreamAutoClaimReply, StreamId, StreamReadReply};
use redis::{AsyncConnectionConfig, FromRedisValue, from_redis_value_ref};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{ANSWER, EVENTS, LISTEN, Place, Stream, garbled, lease, lost};
use crate::bus::{Bus, Event};
use crate::clock::{Stopwatch, from_us, to_us};
use crate::database::{Database, execute};
use crate::error::Result;
use crate::telemetry::carry::Carried;

const BATCH: usize = 100;
/// Resources whose events are taken at the same time.
const SIDE_BY_SIDE: usize = 8;
/// Events that could not be taken yet are kept in memory up to so many; then no more are read.
const HELD_AT_MOST: usize = 5_000;
/// How often the lease is made longer: three times in its term.
const RENEWAL: Duration = Duration::from_secs(3);
const RETRY: Duration = Duration::from_millis(100);
/// How often is looked for dead events that an operator wants tried again.
const LOOKING: Duration = Duration::from_secs(2);

/// Hands the stream's events to the subscribers of one service.
pub struct Reader {
    pub db: Database,
    pub stream: Stream,
    /// The subscribers.
    pub bus: Bus,
    pub clock: crate::clock::Clock,
    /// The group's name.
    pub service: &'static str,
    /// This instance.
    pub holder: Uuid,
    pub patience: Patience,
}

/// How long an event is tried that a subscriber does not take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// After this many tries it is set aside, kept and counted, so that the rest goes on.
    pub most_attempts: u32,
    /// Before the second try; doubled up to nine times.
    pub first_pause: Duration,
}

impl Default for Patience {
    /// Some forty minutes: longer than a restart, shorter than a night.
    fn default() -> Self {
        Self {
            most_attempts: 50,
            first_pause: Duration::from_millis(100),
        }
    }
}

/// An event that was read and is not acknowledged.
struct Held {
    event: Event,
    attempts: u32,
    waiting: Option<(Stopwatch, Duration)>,
}

/// What became of the events of one resource: over, and still to be taken.
struct Taken {
    done: Vec<Place>,
    rest: Vec<(Place, Held)>,
}

impl Reader {
    /// Reads until cancelled. Redis or the database away: tries again.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.hold().await {
                Ok(true) => {
                    let read = self.read_as_holder(&stop).await;
                    crate::telemetry::level(self.service, "stream_reading", 0);
                    if let Err(error) = read {
                        tracing::warn!(?error, "the stream is not read for now");
                    }
                }
                Ok(false) => {}
                Err(error) => tracing::warn!(?error, "the lease of the stream can't be asked for"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = crate::jobs::pause(Duration::from_millis(500)) => {}
            }
        }
        if let Err(error) = lease::release(&self.db, self.holder).await {
            tracing::debug!(?error, "the lease of the stream ends by itself");
        }
    }

    /// Whether this instance reads. One whose clock is wrong leaves it to others.
    async fn hold(&self) -> Result<bool> {
        match self.clock.is_wrong() {
            true => Ok(false),
            false => lease::hold(&self.db, self.holder).await,
        }
    }

    /// Reads while the lease is held.
    async fn read_as_holder(&self, stop: &CancellationToken) -> Result<()> {
        crate::telemetry::level(self.service, "stream_reading", 1);
        tokio::select! {
            lost = self.renew() => lost,
            read = self.read_on(stop) => read,
        }
    }

    /// Makes the lease longer until it can't be: then somebody else reads.
    async fn renew(&self) -> Result<()> {
        loop {
            crate::jobs::pause(RENEWAL).await;
            if !self.hold().await? {
                return Ok(());
            }
        }
    }

    /// What others read and did not acknowledge comes first.
    async fn read_on(&self, stop: &CancellationToken) -> Result<()> {
        let mut connection = self.connect().await?;
        self.join(&mut connection).await?;
        let mut held = self.take_over(&mut connection).await?;
        let mut looked: Option<Stopwatch> = None;
        while !stop.is_cancelled() {
            if looked
                .as_ref()
                .is_none_or(|since| since.elapsed() > LOOKING)
            {
                self.take_wanted().await?;
                looked = Some(Stopwatch::start());
            }
            self.take(&mut connection, &mut held).await?;
            let level = i64::try_from(held.len()).unwrap_or(i64::MAX);
            crate::telemetry::level(self.service, "stream_held", level);
            if held.len() >= HELD_AT_MOST {
                crate::jobs::pause(RETRY).await;
                continue;
            }
            // Whatever must be tried again is looked at between short waits for news.
            let wait = if held.is_empty() { LISTEN } else { RETRY };
            held.extend(self.read(&mut connection, wait, stop).await?);
        }
        Ok(())
    }

    async fn connect(&self) -> Result<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(ANSWER))
            .set_response_timeout(Some(LISTEN + ANSWER));
        self.stream
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await
            .map_err(lost)
    }

    /// Makes the group when it is new, or gone with a flush: it begins with the oldest event.
    async fn join(&self, connection: &mut MultiplexedConnection) -> Result<()> {
        let mut command = redis::cmd("XGROUP");
        command
            .arg("CREATE")
            .arg(EVENTS)
            .arg(self.service)
            .arg("0")
            .arg("MKSTREAM");
        match command.query_async::<String>(connection).await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("BUSYGROUP") => Ok(()),
            Err(error) => Err(lost(error)),
        }
    }

    /// Everything that the group has pending, whoever read it, in order.
    async fn take_over(
        &self,
        connection: &mut MultiplexedConnection,
    ) -> Result<BTreeMap<Place, Held>> {
        let mut held = BTreeMap::new();
        let mut from = "0-0".to_owned();
        loop {
            let mut command = redis::cmd("XAUTOCLAIM");
            command
                .arg(EVENTS)
                .arg(self.service)
                .arg(self.holder.to_string())
                .arg(0)
                .arg(&from)
                .arg("COUNT")
                .arg(BATCH);
            let reply: StreamAutoClaimReply =
                command.query_async(connection).await.map_err(lost)?;
            for entry in &reply.claimed {
                let (place, one) = read_entry(entry)?;
                held.insert(place, one);
            }
            if reply.next_stream_id == "0-0" {
                return Ok(held);
            }
            from = reply.next_stream_id;
        }
    }

    async fn read(
        &self,
        connection: &mut MultiplexedConnection,
        wait: Duration,
        stop: &CancellationToken,
    ) -> Result<Vec<(Place, Held)>> {
        let mut command = redis::cmd("XREADGROUP");
        command
            .arg("GROUP")
            .arg(self.service)
            .arg(self.holder.to_string())
            .arg("COUNT")
            .arg(BATCH)
            .arg("BLOCK")
            .arg(wait.as_millis().try_into().unwrap_or(0_u64))
            .arg("STREAMS")
            .arg(EVENTS)
            .arg(">");
        let reply: Option<StreamReadReply> = tokio::select! {
            // What is delivered to nobody stays pending, and the next holder takes it over.
            () = stop.cancelled() => return Ok(Vec::new()),
            reply = command.query_async(connection) => reply.map_err(lost)?,
        };
        let entries = reply
            .into_iter()
            .flat_map(|reply| reply.keys)
            .flat_map(|key| key.ids);
        entries.map(|entry| read_entry(&entry)).collect()
    }

    /// Gives what is held to the subscribers, each resource's events in their order.
    async fn take(
        &self,
        connection: &mut MultiplexedConnection,
        held: &mut BTreeMap<Place, Held>,
    ) -> Result<()> {
        let mut resources: HashMap<String, Vec<(Place, Held)>> = HashMap::new();
        for (place, one) in std::mem::take(held) {
            resources
                .entry(one.event.about.clone())
                .or_default()
                .push((place, one));
        }
        let taken: Vec<Taken> = futures_util::stream::iter(resources.into_values())
            .map(|events| self.take_in_order(events))
            .buffer_unordered(SIDE_BY_SIDE)
            .collect()
            .await;
        let mut acknowledge = redis::cmd("XACK");
        acknowledge.arg(EVENTS).arg(self.service);
        let mut any = false;
        for Taken { done, rest } in taken {
            for place in done {
                acknowledge.arg(place.to_string());
                any = true;
            }
            held.extend(rest);
        }
        if any {
            let _acknowledged: i64 = acknowledge.query_async(connection).await.map_err(lost)?;
        }
        Ok(())
    }

    /// The events of one resource, until one of them must wait: what is done, and the rest.
    async fn take_in_order(&self, events: Vec<(Place, Held)>) -> Taken {
        let mut done = Vec::new();
        let mut rest = events.into_iter();
        while let Some((place, mut one)) = rest.next() {
            if one.must_wait() || !self.take_one(&mut one).await {
                let rest = std::iter::once((place, one)).chain(rest).collect();
                return Taken { done, rest };
            }
            done.push(place);
        }
        let rest = Vec::new();
        Taken { done, rest }
    }

    /// True when it is over: taken, or set aside for good.
    async fn take_one(&self, one: &mut Held) -> bool {
        let taking = self.bus.publish(&one.event);
        let Err(error) = lease::as_holder(self.holder, taking).await else {
            return true;
        };
        one.attempts += 1;
        if one.attempts >= self.patience.most_attempts {
            tracing::error!(kind = one.event.kind, event = %one.event.id, ?error, "an event is set aside");
            return self.set_aside(one, &error.reason()).await.is_ok();
        }
        let wait = self.patience.first_pause * (1 << (one.attempts - 1).min(9));
        one.waiting = Some((Stopwatch::start(), wait));
        false
    }

    async fn set_aside(&self, one: &Held, reason: &str) -> Result<()> {
        let event = &one.event;
        let tx = self.db.begin().await?;
        execute(
            &tx,
            "INSERT INTO stream_dead (event_id, kind, about, payload, dead_us, time_us, attempts, reason)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
            [
                event.id.to_string().into(),
                event.kind.as_str().into(),
                event.about.as_str().into(),
                event.payload.clone().into(),
                to_us(self.clock.now()).into(),
                to_us(event.time).into(),
                i32::try_from(one.attempts).unwrap_or(i32::MAX).into(),
                reason.into(),
            ],
        )
        .await?;
        Ok(tx.commit().await?)
    }
}

impl Held {
    fn must_wait(&self) -> bool {
        self.waiting
            .as_ref()
            .is_some_and(|(since, wait)| since.elapsed() < *wait)
    }
}

/// An entry that is no event is of nobody's making here: nobody wants it, so it is acknowledged.
fn read_entry(entry: &StreamId) -> Result<(Place, Held)> {
    let place = Place::parse(&entry.id).ok_or_else(|| garbled("a place"))?;
    let event = read_event(entry).unwrap_or_else(|| {
        tracing::error!(%place, "an entry of the stream is no event");
        Event {
            id: Uuid::nil(),
            kind: String::new(),
            about: String::new(),
            time: from_us(0),
            payload: Vec::new(),
            trace: None,
        }
    });
    let one = Held {
        event,
        attempts: 0,
        waiting: None,
    };
    Ok((place, one))
}

fn read_event(entry: &StreamId) -> Option<Event> {
    let id: String = field(entry, "id")?;
    Some(Event {
        id: Uuid::parse_str(&id).ok()?,
        kind: field(entry, "kind")?,
        about: field(entry, "about")?,
        time: from_us(field(entry, "time")?),
        payload: field(entry, "payload")?,
        trace: read_trace(entry),
    })
}

/// Entries of before have none.
fn read_trace(entry: &StreamId) -> Option<Carried> {
    let parent: String = field(entry, "traceparent").filter(|it: &String| !it.is_empty())?;
    let state = field(entry, "tracestate").unwrap_or_default();
    Some(Carried { parent, state })
}

fn field<T: FromRedisValue>(entry: &StreamId, name: &str) -> Option<T> {
    let value = entry.map.get(name)?;
    from_redis_value_ref(value).ok()
}
