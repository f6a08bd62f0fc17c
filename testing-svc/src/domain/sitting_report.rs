//! What a partner tells of a sitting: who came and when they began. It may tell it long after: a site
//! without a link does so in the evening.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::Change;
use super::booking::{At, Booking, Phase, State};
use super::refusal::{PartnerRefusal, Refusal};
use super::stage::Stage;

/// How much earlier than the session somebody can have come: more than any queue, less than the wrong day.
pub const EARLIEST: SignedDuration = SignedDuration::from_hours(24);

/// How far a partner's clock may be ahead of ours.
pub const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(60);

/// A person came, and perhaps began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Came {
    pub booking: Uuid,
    pub checked_in: Timestamp,
    /// None where they start by themselves.
    pub started: Option<Timestamp>,
}

/// What is told: it stands for an id, and the same id with another one is another thing.
impl Came {
    pub fn content(&self) -> String {
        let started = self.started.map(|it| it.to_string()).unwrap_or_default();
        format!("check_in {} {} {started}", self.booking, self.checked_in)
    }
}

/// A time that was told, if it is not of the future.
///
/// # Errors
/// `TIME_IN_FUTURE`.
pub fn past(time: Timestamp, now: Timestamp) -> Result<Timestamp, &'static str> {
    match time.duration_since(now) > CLOCKS_DIFFER {
        true => Err("TIME_IN_FUTURE"),
        false => Ok(time.min(now)),
    }
}

impl Booking {
    /// Notes that the person came, at the time that was told. That they were missed, which the passing of
    /// time wrote down meanwhile, gives way where they began.
    pub fn came(&mut self, came: Came, at: At<'_>) -> Result<Change, PartnerRefusal> {
        match self.state {
            State::CheckedIn | State::Started | State::Completed => Ok(Change::Nothing),
            State::Booked | State::NoShow => {
                let window = self.window(at);
                let begins = at.session.start.saturating_sub(EARLIEST);
                let earliest = begins.unwrap_or(at.session.start);
                let is_late = self.phase_at(at) == Phase::NoShow && came.started.is_none();
                if is_late || !(earliest..window.close).contains(&came.checked_in) {
                    return Err(PartnerRefusal::OutsideWindow { window });
                }
                self.fits().map_err(|_| PartnerRefusal::SeatUnfit)?;
                self.state = State::CheckedIn;
                Ok(Change::Made)
            }
            _ => Err(PartnerRefusal::BookingNotOpen {
                phase: self.phase_at(at),
            }),
        }
    }

    /// Notes that the person began, at the time that was told. Whoever has begun has begun.
    pub fn began(
        &mut self,
        started: Timestamp,
        attempt: Uuid,
        at: At<'_>,
    ) -> Result<Change, PartnerRefusal> {
        if self.attempt.is_some() {
            return Ok(Change::Nothing);
        }
        let window = self.window(at);
        let then = At { now: started, ..at };
        self.start(attempt, then).map_err(|refusal| match refusal {
            Refusal::BookingOver { phase } => PartnerRefusal::BookingNotOpen { phase },
            Refusal::SeatUnfit => PartnerRefusal::SeatUnfit,
            _ => PartnerRefusal::OutsideWindow { window },
        })
    }
}

impl Stage {
    /// What is published stays as it is, whatever a partner tells.
    pub fn hears_partners(&self) -> Result<(), PartnerRefusal> {
        match self.published {
            None => Ok(()),
            Some(time) => Err(PartnerRefusal::StageClosed { time }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::booking::tests::{at, session};
    use super::super::quota::Needs;
    use super::super::session::Session;
    use super::super::stage::Terms;
    use super::*;

    /// The session begins at minute 5000; its window is open from ten minutes before to fifteen after.
    const START: i64 = 5_000;

    fn booked(session: &Session, terms: &Terms) -> Booking {
        let ids = (Uuid::from_u128(9), Uuid::from_u128(8));
        let before = At {
            session,
            terms,
            now: at(0),
        };
        let mut booking = Booking::hold(ids.0, ids.1, Needs::default(), before).expect("a hold");
        assert_eq!(booking.confirm(before), Ok(Change::Made));
        booking
    }

    fn came(checked_in: i64, started: Option<i64>) -> Came {
        Came {
            booking: Uuid::from_u128(9),
            checked_in: at(checked_in),
            started: started.map(at),
        }
    }

    #[test]
    fn who_came_in_time_is_there_however_late_it_is_told_that_they_began() {
        let (session, terms) = (session(1, START), Terms::default());
        let evening = At {
            session: &session,
            terms: &terms,
            now: at(START + 600),
        };
        let attempt = Uuid::from_u128(7);
        let mut missed = booked(&session, &terms);
        assert_eq!(missed.miss(evening), Change::Made);
        for alone in [missed.clone(), booked(&session, &terms)] {
            let told = came(START - 30, None);
            let refused = alone.clone().came(told, evening);
            assert!(matches!(refused, Err(PartnerRefusal::OutsideWindow { .. })));
        }
        let told = came(START - 30, Some(START));
        assert_eq!(missed.came(told, evening), Ok(Change::Made));
        assert_eq!(missed.began(at(START), attempt, evening), Ok(Change::Made));
        assert_eq!(
            (missed.state, missed.attempt),
            (State::Started, Some(attempt))
        );
        // Again, and with another attempt: nothing more.
        assert_eq!(missed.came(told, evening), Ok(Change::Nothing));
        let other = Uuid::from_u128(6);
        assert_eq!(missed.began(at(START), other, evening), Ok(Change::Nothing));
        assert_eq!(missed.attempt, Some(attempt));
    }

    #[test]
    fn nobody_comes_on_another_day_or_begins_outside_the_window() {
        let (session, terms) = (session(1, START), Terms::default());
        let now = At {
            session: &session,
            terms: &terms,
            now: at(START + 10),
        };
        for (minute, comes) in [
            (START - 24 * 60 - 1, false),
            (START - 24 * 60, true),
            (START + 14, true),
            (START + 15, false),
        ] {
            let outcome = booked(&session, &terms).came(came(minute, None), now);
            assert_eq!(outcome.is_ok(), comes, "{minute}");
        }
        for (minute, begins) in [(START - 11, false), (START - 10, true), (START + 15, false)] {
            let mut booking = booked(&session, &terms);
            let outcome = booking.began(at(minute), Uuid::from_u128(7), now);
            assert_eq!(outcome.is_ok(), begins, "{minute}");
        }
        let mut cancelled = booked(&session, &terms);
        cancelled.state = State::Cancelled;
        assert_eq!(
            cancelled.came(came(START, None), now),
            Err(PartnerRefusal::BookingNotOpen {
                phase: Phase::Cancelled
            })
        );
    }

    #[test]
    fn nobody_sits_down_on_a_seat_that_the_application_does_not_ask_for_any_more() {
        let (session, terms) = (session(1, START), Terms::default());
        let now = At {
            session: &session,
            terms: &terms,
            now: at(START + 10),
        };
        let changed = Needs {
            subject: Some("MATHEMATICS".to_owned()),
            ..Needs::default()
        };
        let (told, unfit) = (came(START, Some(START)), Err(PartnerRefusal::SeatUnfit));
        let mut booking = booked(&session, &terms);
        booking.applied = changed.clone();
        assert_eq!(booking.came(told, now), unfit);
        assert_eq!(booking.state, State::Booked);
        // A wrong time is told before it: the application can't mend that.
        let late = booking.came(came(START + 15, None), now);
        assert!(matches!(late, Err(PartnerRefusal::OutsideWindow { .. })));
        // It was changed after they came, and before they began.
        booking.applied = Needs::default();
        assert_eq!(booking.came(told, now), Ok(Change::Made));
        booking.applied = changed;
        let attempt = Uuid::from_u128(7);
        assert_eq!(booking.began(at(START), attempt, now), unfit);
        booking.applied = Needs::default();
        assert_eq!(booking.began(at(START), attempt, now), Ok(Change::Made));
    }

    #[test]
    fn a_clock_may_be_a_minute_ahead_and_no_more() {
        let second = SignedDuration::from_secs(1);
        assert_eq!(past(at(0) + CLOCKS_DIFFER, at(0)), Ok(at(0)));
        assert_eq!(past(at(-5), at(0)), Ok(at(-5)));
        assert_eq!(
            past(at(0) + CLOCKS_DIFFER + second, at(0)),
            Err("TIME_IN_FUTURE")
        );
    }
}
