//! A token bucket as one number: the instant at which it is full again. Pure.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, ensure};

const MINUTE_US: i64 = 60_000_000;

/// How much at once, and how much in the long run. In settings `1200/4800`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Calls at once, after a quiet time.
    pub burst: u32,
    /// Calls a minute in the long run.
    pub per_minute: u32,
}

impl Rate {
    pub const fn new(burst: u32, per_minute: u32) -> Self {
        Self { burst, per_minute }
    }

    /// Until one more call is let through.
    pub fn interval_us(self) -> i64 {
        (MINUTE_US / i64::from(self.per_minute.max(1))).max(1)
    }

    /// Until an empty bucket is full.
    pub fn window_us(self) -> i64 {
        self.interval_us() * i64::from(self.burst)
    }

    /// Until an empty bucket is full.
    pub fn window(self) -> Duration {
        micros(self.window_us())
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.burst, self.per_minute)
    }
}

impl FromStr for Rate {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (burst, per_minute) = text
            .split_once('/')
            .context("a rate is calls at once / calls a minute, such as 1200/4800")?;
        let number = |text: &str| {
            let number: u32 = text.trim().parse().context("a rate has two numbers")?;
            ensure!(number > 0, "a rate of nothing would let nobody in");
            Ok(number)
        };
        Ok(Self::new(number(burst)?, number(per_minute)?))
    }
}

/// What a bucket answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Whether the call may go on; a refused one costs nothing.
    pub is_let_through: bool,
    /// How many more may follow at once.
    pub left: u32,
    /// Until the next is let through; nothing while some are left.
    pub wait: Duration,
    /// Until the bucket is full.
    pub full_in: Duration,
}

/// The bucket of one caller.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bucket {
    full_at_us: i64,
}

impl Bucket {
    pub fn take(&mut self, rate: Rate, now_us: i64) -> Answer {
        let (interval, window) = (rate.interval_us(), rate.window_us());
        // A clock that was set back must not make anybody wait longer than for a whole bucket.
        let before = self.full_at_us.clamp(now_us, now_us.saturating_add(window));
        let after = before.saturating_add(interval);
        let is_let_through = after - now_us <= window;
        self.full_at_us = if is_let_through { after } else { before };
        Answer::of(rate, is_let_through, self.full_at_us - now_us)
    }

    /// A bucket that is full in so long.
    pub fn full_in(full_in: Duration, now_us: i64) -> Self {
        let full_in = i64::try_from(full_in.as_micros()).unwrap_or(i64::MAX);
        Self {
            full_at_us: now_us.saturating_add(full_in),
        }
    }
}

impl Answer {
    /// What a bucket says that is full again in `full_us`.
    pub fn of(rate: Rate, is_let_through: bool, full_us: i64) -> Self {
        let interval = rate.interval_us();
        let room = rate.window_us() - full_us;
        Self {
            is_let_through,
            left: u32::try_from(room / interval).unwrap_or(0),
            wait: micros((interval - room).max(0)),
            full_in: micros(full_us.max(0)),
        }
    }
}

fn micros(us: i64) -> Duration {
    Duration::from_micros(us.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    #[test]
    fn a_burst_is_let_through_and_then_one_per_interval() {
        let rate = Rate::new(3, 60);
        let mut bucket = Bucket::default();
        // When, whether, how many are left, milliseconds to wait.
        for (at_ms, through, left, wait_ms) in [
            (0, true, 2, 0),
            (0, true, 1, 0),
            (0, true, 0, 1000),
            (0, false, 0, 1000),
            (999, false, 0, 1),
            (1000, true, 0, 1000),
            (3000, true, 1, 0),
            (60_000, true, 2, 0),
        ] {
            let answer = bucket.take(rate, 1_000_000 * SECOND + at_ms * 1000);
            let wait = Duration::from_millis(wait_ms);
            assert_eq!(
                (answer.is_let_through, answer.left, answer.wait),
                (through, left, wait),
                "at {at_ms}"
            );
        }
    }

    #[test]
    fn a_clock_set_back_locks_nobody_out() {
        let rate = Rate::new(2, 60);
        let mut bucket = Bucket::default();
        for _ in 0..3 {
            bucket.take(rate, 1_000_000 * SECOND);
        }
        assert!(bucket.take(rate, SECOND).wait <= rate.window());
        assert!(bucket.take(rate, 3 * SECOND).is_let_through);
    }

    #[test]
    fn a_rate_is_read_from_its_setting() {
        let rate: Rate = "1200/4800".parse().expect("a rate");
        assert_eq!(
            (rate, rate.to_string()),
            (Rate::new(1200, 4800), "1200/4800".into())
        );
        assert_eq!(rate.window(), Duration::from_secs(15));
        for bad in ["", "10", "0/5", "5/0", "a/b", "-1/2"] {
            assert!(bad.parse::<Rate>().is_err(), "{bad}");
        }
    }
}
