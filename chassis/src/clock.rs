//! The time, injected: a whole season can be rehearsed at 30 June 23:59:59.
#![expect(
    clippy::disallowed_methods,
    reason = "the one place that asks the machine for the time"
)]

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Where the time comes from.
#[derive(Debug, Clone, Default)]
pub struct Clock(Source);

#[derive(Debug, Clone, Default)]
enum Source {
    #[default]
    Machine,
    Shifted(SignedDuration),
    /// Microseconds since the epoch; stands still until a test moves it.
    Held(Arc<AtomicI64>),
}

impl Clock {
    pub fn machine() -> Self {
        Self(Source::Machine)
    }

    pub fn held_at(time: Timestamp) -> Self {
        Self(Source::Held(Arc::new(AtomicI64::new(
            time.as_microsecond(),
        ))))
    }

    pub fn now(&self) -> Timestamp {
        match &self.0 {
            // Whole microseconds, because that is what the database keeps.
            Source::Machine => to_microseconds(Timestamp::now()),
            Source::Shifted(by) => to_microseconds(
                Timestamp::now()
                    .saturating_add(*by)
                    .unwrap_or(Timestamp::MAX),
            ),
            Source::Held(at) => from_us(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a held clock; the machine's own can't be moved.
    pub fn set(&self, time: Timestamp) {
        if let Source::Held(at) = &self.0 {
            at.store(time.as_microsecond(), Ordering::SeqCst);
        }
    }

    pub fn advance(&self, by: SignedDuration) {
        self.set(self.now().saturating_add(by).unwrap_or(Timestamp::MAX));
    }
}

fn to_microseconds(time: Timestamp) -> Timestamp {
    from_us(time.as_microsecond())
}

/// `machine`; `+2d3h` or `-30m` to shift; an instant such as `2026-06-30T18:59:59Z` to hold.
impl FromStr for Clock {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() || text == "machine" {
            return Ok(Self::machine());
        }
        if let Ok(time) = text.parse::<Timestamp>() {
            return Ok(Self::held_at(time));
        }
        let (sign, rest) = match text.split_at_checked(1) {
            Some(("+", rest)) => (1, rest),
            Some(("-", rest)) => (-1, rest),
            _ => bail!(
                "{text:?} is neither `machine`, a shift such as +2d3h nor an instant such as 2026-06-30T18:59:59Z"
            ),
        };
        let span: jiff::Span = rest
            .parse()
            .with_context(|| format!("{rest:?} is not a span such as 2d3h"))?;
        let shift = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours())?;
        Ok(Self(Source::Shifted(if sign < 0 { -shift } else { shift })))
    }
}

/// The zone of "Astana time". Since 1 March 2024 the whole country is UTC+5.
///
/// # Panics
/// Never: the zone is compiled in.
#[expect(clippy::expect_used, reason = "the zone database is compiled in")]
pub fn astana() -> TimeZone {
    TimeZone::get("Asia/Almaty").expect("Asia/Almaty is in the bundled zone database")
}

/// The local day in Astana at this instant.
pub fn astana_date(time: Timestamp) -> Date {
    time.to_zoned(astana()).date()
}

/// Microseconds since the epoch, as the databases keep instants.
pub fn to_us(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// The instant for a database value; out of range is the end of time, not a panic.
pub fn from_us(us: i64) -> Timestamp {
    Timestamp::from_microsecond(us).unwrap_or(Timestamp::MAX)
}

pub fn to_pb(time: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: time.as_second(),
        nanos: time.subsec_nanosecond(),
    }
}

/// `None` where the wire's value is not an instant.
pub fn from_pb(time: &prost_types::Timestamp) -> Option<Timestamp> {
    Timestamp::new(time.seconds, time.nanos)
        .ok()
        .map(to_microseconds)
}

/// Measures how long something took. Not for rules: those take a [`Clock`].
pub struct Stopwatch(Instant);

impl Stopwatch {
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_campaign_of_2025_closes_at_19_utc_and_that_of_2023_at_18() {
        let end = |y, m, d| {
            Date::new(y, m, d)
                .expect("a date")
                .at(0, 0, 0, 0)
                .to_zoned(astana())
                .expect("a time")
                .timestamp()
        };
        assert_eq!(end(2025, 7, 1).to_string(), "2025-06-30T19:00:00Z");
        assert_eq!(end(2023, 10, 1).to_string(), "2023-09-30T18:00:00Z");
    }

    #[test]
    fn a_clock_is_read_from_its_setting() {
        assert_eq!(
            "2025-06-30T18:59:59Z"
                .parse::<Clock>()
                .expect("held")
                .now()
                .to_string(),
            "2025-06-30T18:59:59Z"
        );
        assert!(
            "+2d3h".parse::<Clock>().expect("shifted").now()
                > Clock::machine().now() + SignedDuration::from_hours(50)
        );
        assert!("-1h".parse::<Clock>().expect("shifted").now() < Clock::machine().now());
        assert!("tomorrow".parse::<Clock>().is_err());
        assert!("ә".parse::<Clock>().is_err());
    }
}
