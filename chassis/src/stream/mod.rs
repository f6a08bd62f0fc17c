//! Events between processes: Redis Streams with a consumer group per service.
//!
//! The database decides, Redis carries. A producer's [`feed`] adds its outbox to the stream and
//! forgets a row only when every group that ever listened has acknowledged it. If Redis is flushed,
//! restarted or replaced, its [`Epoch`] is another one, and what is not acknowledged is added again.
//! A consumer's [`reader`] is one per service at a time ([`lease`]): events of one resource are taken
//! in their order, each at most once, because a fence and the row of [`crate::bus::first_time`] stand
//! in the transaction of the effect.

pub mod feed;
pub mod lease;
pub mod reader;
mod tables;
mod trace_columns;
mod wanted;

use std::time::Duration;

use anyhow::Context;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, FromRedisValue, RedisResult, Script};

use crate::bus::Event;
use crate::clock::to_us;
use crate::database::{Database, query_one};
use crate::error::{Error, Result};
use crate::ids::Ids;
use crate::link::RedisPlace;

pub use tables::StreamTables;
pub use trace_columns::TraceColumns;

/// Braces: one slot of a cluster, so that a script may touch all of them.
const EVENTS: &str = "{irikteu}:events";
const EPOCH: &str = "{irikteu}:epoch";

/// Longer than a healthy Redis ever takes; a frozen one must not hold a request.
const ANSWER: Duration = Duration::from_secs(2);
/// How long a reader waits for news in one call.
const LISTEN: Duration = Duration::from_secs(2);

/// The stream of all events of the suite. Connects when it is first used, and again after a loss.
#[derive(Clone)]
pub struct Stream {
    /// For short calls; shared.
    calls: ConnectionManager,
    client: Client,
    ids: Ids,
}

/// One life of the stream: the process of Redis and the keys in it. After a restart or a flush it is
/// another, and what was added before may be gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Epoch(String);

impl Epoch {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The place of an event in the stream: milliseconds and a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub ms: i64,
    pub counter: i64,
}

impl Place {
    /// `1748772000000-0`, as Redis writes it.
    pub fn parse(text: &str) -> Option<Self> {
        let (ms, counter) = text.split_once('-')?;
        Some(Self {
            ms: ms.parse().ok()?,
            counter: counter.parse().ok()?,
        })
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.ms, self.counter)
    }
}

impl Stream {
    /// `redis://host:6379` or `rediss://…`. Nothing is connected yet: the suite starts without Redis.
    ///
    /// # Errors
    /// If the URL can't be read.
    pub fn new(url: &str, ids: Ids) -> anyhow::Result<Self> {
        Self::at(&RedisPlace::new(url)?, ids)
    }

    /// The same, with what the settings say of TLS.
    ///
    /// # Errors
    /// If the connection can't be prepared.
    pub fn at(place: &RedisPlace, ids: Ids) -> anyhow::Result<Self> {
        let client = place.client.clone();
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(ANSWER))
            .set_response_timeout(Some(ANSWER))
            .set_number_of_retries(1)
            .set_max_delay(ANSWER);
        let calls = ConnectionManager::new_lazy_with_config(client.clone(), config)
            .context("the connection to Redis can't be prepared")?;
        Ok(Self { calls, client, ids })
    }

    /// The life that the stream is in; begins one after a flush.
    pub async fn epoch(&self) -> Result<Epoch> {
        let script = Script::new(
            "redis.call('SET', KEYS[1], ARGV[1], 'NX')
             return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') .. ':' .. redis.call('GET', KEYS[1])",
        );
        let epoch: String = script
            .key(EPOCH)
            .arg(self.ids.uuid().to_string())
            .invoke_async(&mut self.calls.clone())
            .await
            .map_err(lost)?;
        Ok(Epoch(epoch))
    }

    /// Adds events in their order if the stream is still in that life; tells their places, or nothing
    /// when the life has ended.
    pub async fn add(&self, epoch: &Epoch, events: &[Event]) -> Result<Option<Vec<Place>>> {
        let script = Script::new(
            "local key = redis.call('GET', KEYS[2])
             local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
             if not key or run .. ':' .. key ~= ARGV[1] then return {} end
             local places = {}
             for i = 2, #ARGV, 7 do
               places[#places + 1] = redis.call('XADD', KEYS[1], '*', 'id', ARGV[i], 'kind', ARGV[i + 1],
                 'about', ARGV[i + 2], 'time', ARGV[i + 3], 'payload', ARGV[i + 4],
                 'traceparent', ARGV[i + 5], 'tracestate', ARGV[i + 6])
             end
             return places",
        );
        let mut call = script.key(EVENTS);
        call.key(EPOCH).arg(epoch.as_str());
        for event in events {
            call.arg(event.id.to_string())
                .arg(&event.kind)
                .arg(&event.about)
                .arg(to_us(event.time))
                .arg(&event.payload);
            let trace = event.trace.as_ref();
            call.arg(trace.map_or("", |it| it.parent.as_str()))
                .arg(trace.map_or("", |it| it.state.as_str()));
        }
        let places: Vec<String> = call
            .invoke_async(&mut self.calls.clone())
            .await
            .map_err(lost)?;
        if places.len() < events.len() {
            return Ok(None);
        }
        places
            .iter()
            .map(|text| Place::parse(text).ok_or_else(|| garbled("a place")))
            .collect::<Result<_>>()
            .map(Some)
    }

    /// A name for an instance that wants to read.
    pub fn new_holder(&self) -> uuid::Uuid {
        self.ids.uuid()
    }

    async fn call<T: FromRedisValue>(&self, command: &redis::Cmd) -> RedisResult<T> {
        command.query_async(&mut self.calls.clone()).await
    }
}

/// How many events were tried too often to be taken, and are kept for a person to look at.
pub async fn dead(db: &Database) -> Result<i64> {
    let row = query_one(db.read(), "SELECT COUNT(*) AS n FROM stream_dead", []).await?;
    let count = row.map(|row| row.try_get("", "n")).transpose()?;
    Ok(count.unwrap_or_default())
}

/// Redis is away: what needs it is done later.
fn lost(error: redis::RedisError) -> Error {
    Error::Unavailable(anyhow::anyhow!("redis: {}", error.category()))
}

fn garbled(what: &'static str) -> Error {
    Error::Internal(anyhow::anyhow!(
        "redis answered with {what} that can't be read"
    ))
}
