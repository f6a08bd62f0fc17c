//! What is known of the connections: since when they may be dead, and how long one may stay silent.
//!
//! Asking every connection for a sign of life before each use costs a round trip on every statement.
//! Instead the first loss tells of all: whatever was idle since before it is asked once before it is
//! used again. What a caller broke off is asked before it goes back to the others.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sea_orm::sqlx::Connection;
use sea_orm::{DbErr, RuntimeErr};

use super::Trouble;
use crate::clock::Stopwatch;

/// How long a connection may take for a sign of life.
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);
/// For so long after a trouble connections are looked at before they are given back: giving back
/// comes at once, and a caller that leaves early is no rarity.
const AFTERMATH: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub struct Health(Arc<Inner>);

struct Inner {
    since: Stopwatch,
    /// When a connection was last found dead or was broken off, in microseconds; 0 is never.
    trouble_us: AtomicU64,
    /// Nothing takes longer. The server's own limits are shorter; this is for one that is silent.
    longest: Option<Duration>,
}

impl std::fmt::Debug for Health {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Health")
    }
}

impl Health {
    /// Without a `longest` nothing is cut off: SQLite has limits of its own and nobody at the other
    /// end who could fall silent.
    pub fn new(longest: Option<Duration>) -> Self {
        Self(Arc::new(Inner {
            since: Stopwatch::start(),
            trouble_us: AtomicU64::new(0),
            longest,
        }))
    }

    /// Does the work within the longest time, and learns from how it ends.
    pub async fn watch<T>(&self, work: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        let Some(longest) = self.0.longest else {
            return work.await;
        };
        tokio::pin!(work);
        // Declared after the work, so that it is dropped before it: the connection is under
        // suspicion before it is given back.
        let mut broken_off = BrokenOff(Some(self));
        let Ok(outcome) = tokio::time::timeout(longest, &mut work).await else {
            let silent = "the database gave no answer in time";
            return Err(DbErr::Conn(RuntimeErr::Internal(silent.into())));
        };
        broken_off.0 = None;
        if outcome.as_ref().is_err_and(Trouble::is_lost) {
            self.trouble();
        }
        outcome
    }

    fn now_us(&self) -> u64 {
        u64::try_from(self.0.since.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn trouble(&self) {
        self.0
            .trouble_us
            .store(self.now_us().max(1), Ordering::SeqCst);
    }

    /// Whether there was trouble since the connection was last used.
    pub fn is_suspect(&self, idle_for: Duration) -> bool {
        let trouble = self.0.trouble_us.load(Ordering::SeqCst);
        let idle_us = u64::try_from(idle_for.as_micros()).unwrap_or(u64::MAX);
        trouble > self.now_us().saturating_sub(idle_us)
    }

    /// Whether there was trouble a moment ago.
    pub fn is_shaken(&self) -> bool {
        let trouble = self.0.trouble_us.load(Ordering::SeqCst);
        let aftermath = u64::try_from(AFTERMATH.as_micros()).unwrap_or(u64::MAX);
        trouble > 0 && self.now_us().saturating_sub(trouble) < aftermath
    }
}

/// Work that nobody waits for any more.
struct BrokenOff<'a>(Option<&'a Health>);

impl Drop for BrokenOff<'_> {
    fn drop(&mut self) {
        if let Some(health) = self.0 {
            health.trouble();
        }
    }
}

/// Whether the server at the other end still answers.
pub async fn is_alive(connection: &mut impl Connection) -> bool {
    let ping = tokio::time::timeout(SIGN_OF_LIFE, connection.ping());
    ping.await.is_ok_and(|answer| answer.is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost() -> DbErr {
        let error = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        DbErr::Query(RuntimeErr::SqlxError(Arc::new(error.into())))
    }

    #[tokio::test]
    async fn one_dead_connection_puts_those_that_were_idle_under_suspicion() {
        let health = Health::new(Some(Duration::from_secs(1)));
        assert!(!health.is_suspect(Duration::from_secs(60)) && !health.is_shaken());
        let dead: Result<(), _> = health.watch(async { Err(lost()) }).await;
        dead.expect_err("lost");
        assert!(health.is_suspect(Duration::from_secs(60)));
        assert!(!health.is_suspect(Duration::ZERO), "used since");
        assert!(health.is_shaken());
    }

    #[tokio::test(start_paused = true)]
    async fn silence_ends_and_a_refusal_is_no_trouble() {
        let health = Health::new(Some(Duration::from_secs(1)));
        let refused: Result<(), _> = health.watch(async { Err(DbErr::RecordNotInserted) }).await;
        refused.expect_err("refused");
        assert!(!health.is_shaken());
        let silent = health.watch(std::future::pending::<Result<(), _>>()).await;
        assert_eq!(
            Trouble::of(&silent.expect_err("silence")),
            Some(Trouble::Away)
        );
        assert!(health.is_shaken());
    }

    #[tokio::test]
    async fn what_a_caller_broke_off_is_suspect() {
        let health = Health::new(Some(Duration::from_secs(1)));
        let work = health.watch(std::future::pending::<Result<(), _>>());
        assert!(futures_util::FutureExt::now_or_never(work).is_none());
        assert!(health.is_shaken());
    }
}
