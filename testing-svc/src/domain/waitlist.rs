//! A place on the waiting list of a stage, and the offers that come of it.
//!
//! ```text
//! WAITING ──a seat is free──▶ OFFERED ──accept──▶ ACCEPTED
//!   │  ▲                        ├─reject──▶ REJECTED
//!   │  │                        ├─term over──▶ LAPSED
//!   │  └─reject and keep waiting, or displaced: never the same session again
//!   └─leave, or a seat found without the list──▶ LEFT
//! ```

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::booking::Booking;
use super::quota::Needs;
use super::refusal::Refusal;
use super::session::Session;
use super::words;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: Uuid,
    pub campaign: String,
    pub stage: Uuid,
    pub account: Uuid,
    pub wish: Wish,
    pub needs: Needs,
    pub state: State,
    /// Whether a closure took the person's seat.
    pub displaced: bool,
    /// The place in the order: since when the person waits, or when the lost seat was taken.
    pub rank: Timestamp,
    pub created: Timestamp,
    /// Moves of the booking that was lost: they stay as they were.
    pub moves: i32,
    /// The booking of the last offer.
    pub booking: Option<Uuid>,
    pub version: i32,
}

/// Which seats of the stage are wanted; nothing said is any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    pub session: Option<Uuid>,
    pub center: Option<Uuid>,
    /// By the clocks of the place.
    pub day: Option<Date>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Waiting,
    Offered,
    Accepted,
    Rejected,
    Lapsed,
    Left,
}

words!(State {
    Waiting = "WAITING",
    Offered = "OFFERED",
    Accepted = "ACCEPTED",
    Rejected = "REJECTED",
    Lapsed = "LAPSED",
    Left = "LEFT",
});

/// How an offer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Accepted,
    Rejected,
    /// Rejected, but the person goes on waiting for another session.
    Passed,
    Lapsed,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "ACCEPTED",
            Self::Rejected | Self::Passed => "REJECTED",
            Self::Lapsed => "LAPSED",
        }
    }

    /// Where the place is then. Who is owed a seat waits until there is one.
    pub fn leads_to(self, displaced: bool) -> State {
        match self {
            Self::Accepted => State::Accepted,
            Self::Passed => State::Waiting,
            Self::Rejected | Self::Lapsed if displaced => State::Waiting,
            Self::Rejected => State::Rejected,
            Self::Lapsed => State::Lapsed,
        }
    }
}

impl Wish {
    pub fn fits(&self, session: &Session, zone: &TimeZone) -> bool {
        let day = |day: Date| session.start.to_zoned(zone.clone()).date() == day;
        self.session.is_none_or(|id| id == session.id)
            && self.center.is_none_or(|id| id == session.center)
            && self.day.is_none_or(day)
    }
}

impl Entry {
    pub fn name(&self) -> String {
        name(&self.campaign, self.id)
    }

    /// The place of a person whose seat was lost, in the order in which seats had been taken.
    pub fn owed(id: Uuid, lost: &Booking, now: Timestamp) -> Self {
        Self {
            id,
            campaign: lost.campaign.clone(),
            stage: lost.stage,
            account: lost.account,
            wish: Wish::default(),
            needs: lost.needs.clone(),
            state: State::Waiting,
            displaced: true,
            rank: lost.created,
            created: now,
            moves: lost.moves,
            booking: None,
            version: 1,
        }
    }

    /// Whether an offer is open, or why not. `until` is its term.
    pub fn open_offer(&self, until: Option<Timestamp>, now: Timestamp) -> Result<(), Refusal> {
        match (self.state, until) {
            (State::Waiting, _) => Err(Refusal::NoOffer),
            (State::Offered, Some(until)) if now < until => Ok(()),
            (State::Offered | State::Lapsed, Some(until)) => Err(Refusal::OfferLapsed { until }),
            (state, _) => Err(Refusal::WaitlistEntryOver { state }),
        }
    }
}

pub fn name(campaign: &str, entry: Uuid) -> String {
    format!("campaigns/{campaign}/waitlistEntries/{entry}")
}

/// Less than this is no time to answer.
const SHORTEST: SignedDuration = SignedDuration::from_mins(10);

/// Until when a seat is kept for somebody: the usual term, but never more than half of the time that
/// is left, so that the next person has some too. None where it is too late for offers.
pub fn offer_until(now: Timestamp, start: Timestamp, term: SignedDuration) -> Option<Timestamp> {
    let half = start.duration_since(now) / 2;
    let kept = term.min(half);
    (kept >= SHORTEST.min(term)).then(|| now.saturating_add(kept).unwrap_or(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::booking::tests::{at, session};

    #[test]
    fn an_offer_stands_for_its_term_and_shorter_when_the_session_is_near() {
        let term = SignedDuration::from_hours(12);
        let after = |minutes| offer_until(at(0), at(minutes), term);
        assert_eq!(after(10 * 24 * 60), Some(at(12 * 60)));
        assert_eq!(after(24 * 60), Some(at(12 * 60)));
        assert_eq!(after(4 * 60), Some(at(2 * 60)));
        assert_eq!(after(20), Some(at(10)));
        assert_eq!(after(19), None);
        assert_eq!(after(-1), None);
    }

    #[test]
    fn who_is_owed_a_seat_waits_until_there_is_one() {
        use Outcome::*;
        let table = [
            (Accepted, State::Accepted, State::Accepted),
            (Rejected, State::Rejected, State::Waiting),
            (Passed, State::Waiting, State::Waiting),
            (Lapsed, State::Lapsed, State::Waiting),
        ];
        for (outcome, usual, displaced) in table {
            assert_eq!(outcome.leads_to(false), usual);
            assert_eq!(outcome.leads_to(true), displaced);
        }
    }

    #[test]
    fn a_wish_is_met_by_session_place_and_the_day_there() {
        // 21:00 UTC is the next day in Almaty.
        let session = session(1, 16 * 60);
        let almaty = TimeZone::get("Asia/Almaty").expect("a zone");
        let day = |text: &str| Wish {
            day: Some(text.parse().expect("a day")),
            ..Wish::default()
        };
        assert!(Wish::default().fits(&session, &almaty));
        assert!(day("2026-06-11").fits(&session, &almaty));
        assert!(!day("2026-06-10").fits(&session, &almaty));
        let elsewhere = Wish {
            center: Some(Uuid::nil()),
            ..Wish::default()
        };
        assert!(!elsewhere.fits(&session, &almaty));
    }
}
