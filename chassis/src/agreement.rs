//! Whether the machine's clock is right: it is held against the database's, every few seconds.
//!
//! Windows close, holds lapse and tokens end by the time. An instance whose clock is off by more than
//! [`MOST`] decides nothing until it is right again: it refuses calls with UNAVAILABLE, so that callers
//! go to another instance, it is not ready, takes no events and runs no jobs; and it says why. The
//! time that the suite lives in may be shifted on purpose; this is about the machine's own.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::clock::{Clock, Stopwatch, from_us};
use crate::database::{Database, query_one};
use crate::error::Result;
use crate::telemetry::admin::Check;
use crate::telemetry::level;

/// Half of a caller token's life: beyond it fresh tokens begin to look old, and old ones fresh.
pub const MOST: SignedDuration = SignedDuration::from_secs(30);

/// An answer that took longer says too little about the time.
const ANSWER: Duration = Duration::from_secs(2);

/// Looks once, tells the level, and says so when the clock turns out wrong or right. SQLite has no
/// clock but ours.
///
/// # Errors
/// If the database can't be asked; what was known stays.
pub async fn look(service: &'static str, db: &Database, clock: &Clock) -> Result<()> {
    if !db.is_postgres() {
        return Ok(());
    }
    let asked = Stopwatch::start();
    let sql = "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT AS us";
    let row = query_one(db.read(), sql, []).await?;
    let (Some(row), Some(ours)) = (row, clock.of_machine()) else {
        return Ok(());
    };
    if asked.elapsed() > ANSWER {
        return Ok(());
    }
    judge(service, clock, ours, from_us(row.try_get("", "us")?));
    Ok(())
}

fn judge(service: &'static str, clock: &Clock, ours: Timestamp, theirs: Timestamp) {
    let apart = ours.duration_since(theirs);
    level(service, "clock_off_seconds", apart.as_secs());
    let is_wrong = apart.abs() > MOST;
    let seconds = apart.as_secs();
    match (clock.set_wrong(is_wrong), is_wrong) {
        (false, true) => tracing::error!(
            seconds,
            "this machine's clock is not the database's: calls are refused until it is right; \
             look at the time synchronisation of both"
        ),
        (true, false) => tracing::info!(seconds, "the clock is right again"),
        _ => {}
    }
}

/// Whether the clock is right, for who asks whether the service is ready.
pub fn check(clock: &Clock) -> Check {
    let clock = clock.clone();
    Check::needed("clock", move || {
        let is_right = !clock.is_wrong();
        Box::pin(async move { is_right })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_wrong_beyond_half_a_minute_and_right_again_within_it() {
        let (clock, now) = (Clock::machine(), Timestamp::UNIX_EPOCH);
        for (seconds, is_wrong) in [
            (0, false),
            (30, false),
            (31, true),
            (-600, true),
            (-30, false),
        ] {
            judge(
                "x-svc",
                &clock,
                now + SignedDuration::from_secs(seconds),
                now,
            );
            assert_eq!(clock.is_wrong(), is_wrong, "{seconds}");
        }
    }

    #[test]
    fn a_rehearsals_time_is_not_the_machines() {
        let near = |clock: Clock| {
            let machine = clock.of_machine().expect("a machine's");
            machine.duration_since(Clock::machine().now()).abs() < SignedDuration::from_mins(1)
        };
        assert!(near(Clock::machine()));
        assert!(near("+2d".parse().expect("shifted")));
        assert!(!near("off+10m".parse().expect("off")));
        assert!(Clock::held_at(Timestamp::UNIX_EPOCH).of_machine().is_none());
    }
}
