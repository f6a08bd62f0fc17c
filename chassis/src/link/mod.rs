//! What processes share through Redis, and that nobody ever waits for it.
//!
//! Redis makes things agree sooner; it decides nothing that must stay true. A call is given little
//! time ([`RedisPlace::patience`]); when the answer is late, an error, or not to be had, the circuit
//! opens at once for all callers of the process, each goes on by its own means, and a keeper asks in
//! the background until Redis answers in time again.

mod hashes;
mod keeper;
mod settings;

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{Client, RedisResult};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::telemetry::admin::Check;
pub use hashes::Hashes;
pub use settings::{RedisArgs, RedisPlace};

/// Between two messages that nobody hears, a listener asks whether it would hear them.
const SILENCE: Duration = Duration::from_secs(1);

/// A connection to Redis that is there or is not; cheap to clone.
#[derive(Clone)]
pub struct Link(Arc<Inner>);

struct Inner {
    client: Client,
    /// How long a call may wait.
    patience: Duration,
    /// Who is connected, for metrics.
    program: &'static str,
    /// The connection while it is good, and which one it is since the start.
    current: watch::Sender<Option<(u64, MultiplexedConnection)>>,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link")
            .field("is_up", &self.is_up())
            .finish()
    }
}

/// A program that Redis runs as one step.
pub struct Script(redis::Script);

impl Script {
    pub fn new(code: &str) -> Self {
        Self(redis::Script::new(code))
    }
}

impl Link {
    /// Begins to connect, in the background, until `stop`.
    pub fn start(place: &RedisPlace, program: &'static str, stop: &CancellationToken) -> Self {
        let link = Self(Arc::new(Inner {
            client: place.client.clone(),
            patience: place.patience,
            program,
            current: watch::Sender::new(None),
        }));
        link.tell_level(false);
        tokio::spawn(keeper::keep(link.clone(), stop.clone()));
        link
    }

    /// The same for as long as the process lives.
    pub fn forever(place: &RedisPlace, program: &'static str) -> Self {
        Self::start(place, program, &CancellationToken::new())
    }

    /// Whether Redis answers, for who asks whether the program is ready: it is so without Redis too.
    pub fn check(&self) -> Check {
        let link = self.clone();
        Check::helpful("redis", move || {
            let is_up = link.is_up();
            Box::pin(async move { is_up })
        })
    }

    /// Whether Redis is used just now.
    pub fn is_up(&self) -> bool {
        self.0.current.borrow().is_some()
    }

    /// Returns when Redis is used, or is not.
    pub async fn becomes(&self, up: bool) {
        let mut current = self.0.current.subscribe();
        // The sender is in `self`: it can't be gone.
        let _ = current.wait_for(|it| it.is_some() == up).await;
    }

    /// Runs a script over these keys. `None` where Redis is away, slow or unwell: go on without.
    pub async fn run(&self, script: &Script, keys: &[String], numbers: &[i64]) -> Option<Vec<i64>> {
        let mut call = script.0.prepare_invoke();
        for key in keys {
            call.key(key);
        }
        for number in numbers {
            call.arg(*number);
        }
        self.ask(async |mut connection| call.invoke_async(&mut connection).await)
            .await
    }

    /// Tells all who listen, if Redis is there. Nobody waits for it.
    pub fn tell(&self, channel: &'static str, message: String) {
        // Also told while a program ends, when nothing new is begun any more.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let link = self.clone();
        runtime.spawn(async move {
            let mut publish = redis::cmd("PUBLISH");
            publish.arg(channel).arg(message);
            let _heard_by: Option<i64> = link
                .ask(async |mut connection| publish.query_async(&mut connection).await)
                .await;
        });
    }

    /// Hears what others tell, until `stop`. What is told while Redis is away is heard by nobody.
    pub async fn listen(
        &self,
        channel: &'static str,
        stop: &CancellationToken,
        mut heard: impl FnMut(String),
    ) {
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.becomes(true) => {}
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.becomes(false) => {}
                listened = self.listen_on(channel, &mut heard) => {
                    if let Err(error) = listened {
                        tracing::debug!(reason = error.category(), "nothing is heard for now");
                        crate::jobs::pause(SILENCE).await;
                    }
                }
            }
        }
    }

    async fn listen_on(
        &self,
        channel: &'static str,
        heard: &mut impl FnMut(String),
    ) -> RedisResult<()> {
        let late = || redis::RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut));
        let subscribed = async {
            let (mut sink, messages) = self.0.client.get_async_pubsub().await?.split();
            sink.subscribe(channel).await?;
            RedisResult::Ok((sink, messages))
        };
        let (mut sink, mut messages) = tokio::time::timeout(SILENCE, subscribed)
            .await
            .map_err(|_| late())??;
        loop {
            let next = futures_util::StreamExt::next(&mut messages);
            match tokio::time::timeout(SILENCE, next).await {
                Ok(Some(message)) => heard(message.get_payload()?),
                Ok(None) => {
                    return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into());
                }
                Err(_silence) => {
                    let _answer: redis::Value = tokio::time::timeout(SILENCE, sink.ping())
                        .await
                        .map_err(|_| late())??;
                }
            }
        }
    }

    async fn ask<T>(
        &self,
        call: impl AsyncFnOnce(MultiplexedConnection) -> RedisResult<T>,
    ) -> Option<T> {
        let (number, connection) = self.0.current.borrow().clone()?;
        match tokio::time::timeout(self.0.patience, call(connection)).await {
            Ok(Ok(answer)) => Some(answer),
            Ok(Err(error)) => self.lose(number, error.category()),
            Err(_late) => self.lose(number, "no answer in time"),
        }
    }

    /// Opens the circuit, unless that connection is not the one in use any more.
    fn lose<T>(&self, number: u64, reason: &str) -> Option<T> {
        let is_first = self.0.current.send_if_modified(|current| {
            let is_it = current.as_ref().is_some_and(|(it, _)| *it == number);
            if is_it {
                *current = None;
            }
            is_it
        });
        if is_first {
            self.tell_level(false);
            tracing::warn!(
                reason,
                "redis is not used for now: each process goes by itself"
            );
        }
        None
    }

    fn found(&self, number: u64, connection: MultiplexedConnection) {
        self.0.current.send_replace(Some((number, connection)));
        self.tell_level(true);
        tracing::info!("redis is used");
    }

    fn tell_level(&self, up: bool) {
        crate::telemetry::level(self.0.program, "redis_up", i64::from(up));
    }
}
