//! The time, injected: a whole season can be rehearsed at 30 June 23:59:59.
#![expect(
    clippy::disallowed_methods,
    reason = "the one place that asks the machine for the time"
)]

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Where the time comes from, and whether it is known to be wrong. Clones share both.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    source: Source,
    /// Set by [`crate::agreement`], for whoever would act on the time.
    is_wrong: Arc<AtomicBool>,
}

#[derive(Debug, Clone, Default)]
enum Source {
    #[default]
    Machine,
    /// On purpose, for everybody alike: a rehearsal.
    Shifted(SignedDuration),
    /// As a machine whose clock is off: for trying out what happens.
    Wrong(SignedDuration),
    /// Microseconds since the epoch; stands still until a test moves it.
    Held(Arc<AtomicI64>),
}

impl Clock {
    pub fn machine() -> Self {
        Self::default()
    }

    pub fn held_at(time: Timestamp) -> Self {
        let at = AtomicI64::new(time.as_microsecond());
        Self::of(Source::Held(Arc::new(at)))
    }

    /// That of a machine which is off by so much.
    pub fn off_by(by: SignedDuration) -> Self {
        Self::of(Source::Wrong(by))
    }

    fn of(source: Source) -> Self {
        Self {
            source,
            is_wrong: Arc::default(),
        }
    }

    pub fn now(&self) -> Timestamp {
        match &self.source {
            // Whole microseconds, because that is what the database keeps.
            Source::Machine => to_microseconds(Timestamp::now()),
            Source::Shifted(by) | Source::Wrong(by) => machine_and(*by),
            Source::Held(at) => from_us(at.load(Ordering::SeqCst)),
        }
    }

    /// What the machine's own clock says, whatever time the suite lives in; a held clock knows of none.
    pub(crate) fn of_machine(&self) -> Option<Timestamp> {
        match &self.source {
            Source::Machine | Source::Shifted(_) => Some(machine_and(SignedDuration::ZERO)),
            Source::Wrong(by) => Some(machine_and(*by)),
            Source::Held(_) => None,
        }
    }

    /// Whether the machine's clock is known to be wrong: then nothing must be decided by it.
    pub fn is_wrong(&self) -> bool {
        self.is_wrong.load(Ordering::SeqCst)
    }

    /// Gives what was known before.
    pub fn set_wrong(&self, is_wrong: bool) -> bool {
        self.is_wrong.swap(is_wrong, Ordering::SeqCst)
    }

    /// Moves a held clock; the machine's own can't be moved.
    pub fn set(&self, time: Timestamp) {
        if let Source::Held(at) = &self.source {
            at.store(time.as_microsecond(), Ordering::SeqCst);
        }
    }

    pub fn advance(&self, by: SignedDuration) {
        self.set(self.now().saturating_add(by).unwrap_or(Timestamp::MAX));
    }
}

fn machine_and(by: SignedDuration) -> Timestamp {
    let time = Timestamp::now().saturating_add(by);
    to_microseconds(time.unwrap_or(Timestamp::MAX))
}

fn to_microseconds(time: Timestamp) -> Timestamp {
    from_us(time.as_microsecond())
}

/// `machine`; `+2d3h` or `-30m` to shift; an instant such as `2026-06-30T18:59:59Z` to hold; `off+10m` for a
/// machine whose clock is off.
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
        let off = text.strip_prefix("off");
        let (sign, rest) = match off.unwrap_or(text).split_at_checked(1) {
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
        let shift = if sign < 0 { -shift } else { shift };
        Ok(match off {
            Some(_) => Self::off_by(shift),
            None => Self::of(Source::Shifted(shift)),
        })
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
#[derive(Debug, Clone, Copy)]
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
        let off: Clock = "off-10m".parse().expect("off");
        assert!(off.now() < Clock::machine().now() - SignedDuration::from_mins(9));
        assert!("tomorrow".parse::<Clock>().is_err());
        assert!("off".parse::<Clock>().is_err());
        assert!("ә".parse::<Clock>().is_err());
    }
}
