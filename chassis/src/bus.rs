//! Events between services. Embedded: handed over in this process, one after another.
//!
//! An event is delivered until every subscriber took it, so a subscriber may see it twice; it
//! records the event's id in the transaction of its effect ([`first_time`]).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use futures_util::future::BoxFuture;
use prost::{Message, Name};
use uuid::Uuid;

use crate::clock::{Clock, Stopwatch, to_us};
use crate::database::{Tx, execute};
use crate::error::{Error, Result};
use crate::telemetry::carry::Carried;
use crate::telemetry::metrics;
use crate::telemetry::trace::Span;

/// Something that happened. The payload carries names and versions, never personal data.
#[derive(Debug, Clone)]
pub struct Event {
    pub id: Uuid,
    /// The full name of the payload's message.
    pub kind: String,
    /// The resource it happened to: events of one resource arrive in order.
    pub about: String,
    pub time: jiff::Timestamp,
    pub payload: Vec<u8>,
    /// Where in a trace it was written: whoever takes it goes on there.
    pub trace: Option<Carried>,
}

impl Event {
    /// The payload, where the event is of this kind.
    pub fn read<M: Message + Name + Default>(&self) -> Result<Option<M>> {
        if self.kind != M::full_name() {
            return Ok(None);
        }
        M::decode(self.payload.as_slice())
            .map(Some)
            .map_err(|e| Error::Internal(e.into()))
    }
}

type Handler = Arc<dyn Fn(Event) -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// One consumer of events. The name is kept in the database: it must not change.
#[derive(Clone)]
pub struct Subscriber {
    pub name: &'static str,
    kinds: Vec<String>,
    handle: Handler,
}

impl Subscriber {
    /// A subscriber to one kind of event.
    pub fn to<M, F>(name: &'static str, handle: F) -> Self
    where
        M: Message + Name + Default + 'static,
        F: Fn(Event, M) -> BoxFuture<'static, Result<()>> + Send + Sync + 'static,
    {
        let handle: Handler = Arc::new(move |event: Event| match event.read::<M>() {
            Ok(Some(payload)) => handle(event, payload),
            Ok(None) => Box::pin(async { Ok(()) }),
            Err(error) => Box::pin(async { Err(error) }),
        });
        Self {
            name,
            kinds: vec![M::full_name()],
            handle,
        }
    }

    async fn take(&self, event: &Event) -> Result<()> {
        let started = Stopwatch::start();
        let span = Span::consumer(self.name, event);
        let taken = span.around(async {
            let taken = (self.handle)(event.clone()).await;
            if let Err(error) = &taken {
                tracing::warn!(subscriber = self.name, kind = event.kind, event = %event.id, ?error, "an event was not taken");
            }
            taken
        });
        let taken = taken.await;
        if taken.is_err() {
            span.failed("not_taken");
        }
        metrics::given(self.name, started.elapsed(), taken.is_ok());
        taken
    }

    pub fn wants(&self, kind: &str) -> bool {
        self.kinds.iter().any(|wanted| wanted == kind)
    }
}

/// The bus of one process.
#[derive(Clone)]
pub struct Bus {
    subscribers: Arc<RwLock<Vec<Subscriber>>>,
    pauses: Arc<Pauses>,
}

/// From when on events that were not taken may be tried again. The machine's time passes here: in
/// a rehearsal whose clock stands still a neighbour that was away comes back all the same. A
/// process that starts anew tries everything at once.
struct Pauses {
    passed: Box<dyn Fn() -> Duration + Send + Sync>,
    until: Mutex<HashMap<Uuid, Duration>>,
}

impl Default for Bus {
    fn default() -> Self {
        let watch = Stopwatch::start();
        Self::timed_by(move || watch.elapsed())
    }
}

impl Bus {
    /// A bus whose pauses are measured by `passed`, the time since some beginning.
    pub fn timed_by(passed: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self {
            subscribers: Arc::default(),
            pauses: Arc::new(Pauses {
                passed: Box::new(passed),
                until: Mutex::default(),
            }),
        }
    }

    /// Whether the pause of an event that was not taken is over.
    pub(crate) fn may_try(&self, event: Uuid) -> bool {
        let until = self.pauses.until.lock().unwrap_or_else(|e| e.into_inner());
        until
            .get(&event)
            .is_none_or(|until| *until <= (self.pauses.passed)())
    }

    /// Begins a pause.
    pub(crate) fn put_off(&self, event: Uuid, wait: Duration) {
        let mut until = self.pauses.until.lock().unwrap_or_else(|e| e.into_inner());
        until.insert(event, (self.pauses.passed)() + wait);
    }

    /// The event is taken or set aside: it has no more pauses.
    pub(crate) fn is_over(&self, event: Uuid) {
        let mut until = self.pauses.until.lock().unwrap_or_else(|e| e.into_inner());
        until.remove(&event);
    }

    pub fn subscribe(&self, subscribers: impl IntoIterator<Item = Subscriber>) {
        self.subscribers
            .write()
            .unwrap_or_else(|e| e.into_inner())
            .extend(subscribers);
    }

    /// Returns when every subscriber has taken the event.
    ///
    /// # Errors
    /// The first subscriber's error; the event must be published again.
    pub async fn publish(&self, event: &Event) -> Result<()> {
        let interested: Vec<Subscriber> = {
            let all = self.subscribers.read().unwrap_or_else(|e| e.into_inner());
            all.iter()
                .filter(|s| s.wants(&event.kind))
                .cloned()
                .collect()
        };
        let mut outcome = Ok(());
        for subscriber in interested {
            outcome = outcome.and(subscriber.take(event).await);
        }
        outcome
    }
}

/// True the first time this subscriber sees this event; the row stands or falls with the effect.
pub async fn first_time(tx: &Tx, clock: &Clock, subscriber: &str, event: &Event) -> Result<bool> {
    crate::stream::lease::fence(tx).await?;
    let done = execute(
        tx,
        "INSERT INTO event_taken (subscriber, event_id, taken_us) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        [subscriber.into(), event.id.to_string().into(), to_us(clock.now()).into()],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}
