//! Clock-driven work: each job is run in turn and may be run at any time without harm.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::error::Result;

type Run = Arc<dyn Fn() -> BoxFuture<'static, Result<()>> + Send + Sync>;

#[derive(Clone)]
pub struct Job {
    pub name: &'static str,
    every: Duration,
    run: Run,
}

impl Job {
    pub fn new(
        name: &'static str,
        every: Duration,
        run: impl Fn() -> BoxFuture<'static, Result<()>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            every,
            run: Arc::new(run),
        }
    }

    /// The same, left out while this clock is known to be wrong.
    pub(crate) fn by(self, clock: Clock) -> Self {
        let run = self.run;
        Self {
            run: Arc::new(move || match clock.is_wrong() {
                true => Box::pin(async { Ok(()) }),
                false => run(),
            }),
            ..self
        }
    }

    /// Runs it now.
    pub async fn run(&self) -> Result<()> {
        (self.run)().await
    }

    /// Runs it again and again until cancelled. A failure is logged; the next turn tries again.
    pub async fn repeat(self, stop: CancellationToken) {
        loop {
            if let Err(error) = self.run().await {
                crate::telemetry::metrics::job_failed(self.name);
                tracing::warn!(job = self.name, ?error, "a job failed");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = pause(self.every) => {}
            }
        }
    }
}

/// Real waiting, between turns of work that reads the injected clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the pause between turns is the machine's time, not the rules'"
)]
pub(crate) async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}
