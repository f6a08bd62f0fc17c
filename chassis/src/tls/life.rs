//! How long a certificate still has, for metrics and the log: one that ends unnoticed ends everything.

use std::sync::Weak;
use std::time::Duration;

use anyhow::{Context, ensure};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::CertificateDer;

use super::{Inner, Tls};
use crate::clock::{Clock, Stopwatch};
use crate::telemetry::metrics::certificate_left;

/// A week is enough for who renews by hand.
const SHORT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// One that lives for a day is renewed well before this share of its life is left.
const SHARE: i32 = 4;

const EVERY: Duration = Duration::from_secs(15);

/// Between two lines of the log about the same certificate.
const AGAIN: Duration = Duration::from_secs(3600);

/// When a certificate is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    pub begins: Timestamp,
    pub ends: Timestamp,
}

impl Life {
    /// What a certificate says of itself.
    ///
    /// # Errors
    /// If it is none.
    pub fn of(certificate: &CertificateDer<'_>) -> anyhow::Result<Self> {
        let (certificate, _) = take(certificate, SEQUENCE)?;
        let (mut rest, _) = take(certificate, SEQUENCE)?;
        if rest.first() == Some(&VERSION) {
            (_, rest) = take(rest, VERSION)?;
        }
        // The number, the algorithm and the issuer stand before it.
        for before in [INTEGER, SEQUENCE, SEQUENCE] {
            (_, rest) = take(rest, before)?;
        }
        let (validity, _) = take(rest, SEQUENCE)?;
        let (begins, rest) = instant(validity)?;
        let (ends, _) = instant(rest)?;
        Ok(Self { begins, ends })
    }

    /// So short a time is left that somebody must look.
    pub fn is_short(&self, now: Timestamp) -> bool {
        let whole = self.ends.duration_since(self.begins);
        self.ends.duration_since(now) < SHORT.min(whole / SHARE)
    }
}

impl Tls {
    /// Tells of the certificate in use for as long as the value lives; `door` is whom it is shown to.
    pub fn tell_life(&self, door: &'static str, clock: Clock) {
        tokio::spawn(tell_again(std::sync::Arc::downgrade(&self.0), door, clock));
    }

    /// When the certificate in use is good.
    pub fn life(&self) -> Life {
        self.material().life
    }
}

async fn tell_again(tls: Weak<Inner>, door: &'static str, clock: Clock) {
    let mut said: Option<(Life, Stopwatch)> = None;
    loop {
        let Some(tls) = tls.upgrade() else { return };
        let life = Tls(tls).life();
        let is_known = |(of, since): &(Life, Stopwatch)| *of == life && since.elapsed() < AGAIN;
        if tell(door, life, clock.now(), said.as_ref().is_some_and(is_known)) {
            said = Some((life, Stopwatch::start()));
        }
        crate::jobs::pause(EVERY).await;
    }
}

/// Sets the metric, and says it in the log where little is left and it was not said lately. Gives
/// whether it said so.
pub fn tell(door: &'static str, life: Life, now: Timestamp, is_said: bool) -> bool {
    let left = life.ends.duration_since(now);
    certificate_left(door, left.as_secs());
    let says = life.is_short(now) && !is_said;
    let ends = life.ends;
    if says && left <= SignedDuration::ZERO {
        tracing::error!(door, %ends, "the certificate in use has ended: nobody believes it any more");
    } else if says {
        tracing::warn!(door, %ends, hours_left = left.as_hours(), "the certificate in use ends soon");
    }
    says
}

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The content of a DER value with this tag, and what follows it.
fn take(bytes: &[u8], tag: u8) -> anyhow::Result<(&[u8], &[u8])> {
    let (found, rest) = bytes.split_first().context("it ends too soon")?;
    ensure!(*found == tag, "it is no certificate");
    let (first, rest) = rest.split_first().context("it ends too soon")?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        _ => {
            let (length, rest) = rest
                .split_at_checked(usize::from(first & 0x7f))
                .context("it ends too soon")?;
            ensure!(length.len() <= 4, "it is too long");
            let length = length
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            (length, rest)
        }
    };
    rest.split_at_checked(length).context("it ends too soon")
}

/// An instant as RFC 5280 writes it: `YYMMDDHHMMSSZ` until 2049, `YYYYMMDDHHMMSSZ` from then on.
fn instant(bytes: &[u8]) -> anyhow::Result<(Timestamp, &[u8])> {
    let (text, rest, is_short) = match bytes.first() {
        Some(&UTC_TIME) => {
            let (text, rest) = take(bytes, UTC_TIME)?;
            (text, rest, true)
        }
        _ => {
            let (text, rest) = take(bytes, GENERALIZED_TIME)?;
            (text, rest, false)
        }
    };
    let text = std::str::from_utf8(text)?;
    let text = text.strip_suffix('Z').context("a time of no zone")?;
    ensure!(
        text.bytes().all(|it| it.is_ascii_digit()),
        "a time of odd signs"
    );
    let (year, of_year) = text
        .split_at_checked(if is_short { 2 } else { 4 })
        .context("a short time")?;
    ensure!(of_year.len() == 10, "a time of odd length");
    let part = |at: usize| of_year[at..at + 2].parse::<i8>();
    let year: i16 = match (year.parse()?, is_short) {
        (year @ 0..50, true) => 2000 + year,
        (year, true) => 1900 + year,
        (year, false) => year,
    };
    let day = jiff::civil::Date::new(year, part(0)?, part(2)?)?;
    let time = jiff::civil::Time::new(part(4)?, part(6)?, part(8)?, 0)?;
    let time = TimeZone::UTC.to_timestamp(day.to_datetime(time))?;
    Ok((time, rest))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn certificate(from: (i32, u8, u8), until: (i32, u8, u8)) -> CertificateDer<'static> {
        let key = rcgen::KeyPair::generate().expect("a key");
        let mut params = rcgen::CertificateParams::new(Vec::new()).expect("parameters");
        params.not_before = rcgen::date_time_ymd(from.0, from.1, from.2);
        params.not_after = rcgen::date_time_ymd(until.0, until.1, until.2);
        params.self_signed(&key).expect("signed").der().clone()
    }

    fn midnight(year: i16, month: i8, day: i8) -> Timestamp {
        let midnight = date(year, month, day).at(0, 0, 0, 0);
        TimeZone::UTC.to_timestamp(midnight).expect("an instant")
    }

    #[test]
    fn a_certificate_says_when_it_is_good_in_both_ways_of_writing_it() {
        let life = Life::of(&certificate((1999, 12, 31), (2050, 2, 28))).expect("a life");
        assert_eq!(life.begins, midnight(1999, 12, 31));
        assert_eq!(life.ends, midnight(2050, 2, 28));
    }

    #[test]
    fn what_is_cut_or_changed_is_refused_or_another_time_and_never_a_panic() {
        let whole = certificate((2026, 1, 1), (2027, 1, 1));
        for length in 0..whole.len().min(200) {
            let _ = Life::of(&CertificateDer::from(whole[..length].to_vec()));
        }
        assert!(Life::of(&CertificateDer::from(whole[..40].to_vec())).is_err());
        for at in 0..whole.len().min(200) {
            for bit in 0..8 {
                let mut bytes = whole.to_vec();
                bytes[at] ^= 1 << bit;
                let _ = Life::of(&CertificateDer::from(bytes));
            }
        }
    }

    #[test]
    fn a_week_is_short_for_a_year_and_a_quarter_for_a_day() {
        let now = midnight(2026, 6, 1);
        let of = |whole: SignedDuration, left: SignedDuration| Life {
            begins: now + left - whole,
            ends: now + left,
        };
        let (hour, day) = (
            SignedDuration::from_hours(1),
            SignedDuration::from_hours(24),
        );
        assert!(!of(day * 365, day * 8).is_short(now));
        assert!(of(day * 365, day * 6).is_short(now));
        assert!(
            !of(day, hour * 8).is_short(now),
            "renewed with a third left"
        );
        assert!(of(day, hour * 5).is_short(now));
        assert!(of(day, -hour).is_short(now));
    }
}
