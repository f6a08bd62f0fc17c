//! A booking: a person's seat in a session.
//!
//! ```text
//! HELD ──confirm──▶ BOOKED ──check in──▶ CHECKED_IN ──start──▶ STARTED ──▶ COMPLETED
//!  │ │                │  └───────────start, where no check-in is needed──▶ STARTED
//!  │ └─10 minutes──▶ HOLD_EXPIRED          BOOKED, CHECKED_IN ──window closes──▶ NO_SHOW
//!  └─cancel─▶ CANCELLED ◀─cancel─┘         HELD, BOOKED, CHECKED_IN ──the place closes──▶ DISPLACED
//! ```
//! The desk takes a mistake back: CHECKED_IN becomes BOOKED again, NO_SHOW becomes CHECKED_IN until the
//! session ends; that and the closures are in [`super::desk`]. An offer of the waiting list is a hold with
//! a longer term.

use jiff::Timestamp;
use uuid::Uuid;

use super::quota::Needs;
use super::refusal::Refusal;
use super::session::{CheckIn, Session};
use super::stage::Terms;
use super::start_window::StartWindow;
use super::waitlist::Entry;
use super::{Change, words};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    pub id: Uuid,
    pub campaign: String,
    pub stage: Uuid,
    pub session: Uuid,
    pub account: Uuid,
    pub state: State,
    pub created: Timestamp,
    pub confirmed: Option<Timestamp>,
    /// How often it was moved.
    pub moves: i32,
    /// Counts what people were told of, for calendar files.
    pub sequence: i32,
    pub attempt: Option<Uuid>,
    pub needs: Needs,
    /// What the application says of the seat now: the person's, and only read with the booking.
    pub applied: Needs,
    /// The place on the waiting list whose offer it is.
    pub waitlist_entry: Option<Uuid>,
    /// Until when the test can be started though the window closed: after a mistake of the desk.
    pub grace: Option<Timestamp>,
    pub version: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Held { until: Timestamp },
    Booked,
    CheckedIn,
    Started,
    Completed,
    NoShow,
    Cancelled,
    HoldExpired { until: Timestamp },
    Displaced,
}

/// The state without what it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Held,
    Booked,
    CheckedIn,
    Started,
    Completed,
    NoShow,
    Cancelled,
    HoldExpired,
    Displaced,
}

words!(Phase {
    Held = "HELD",
    Booked = "BOOKED",
    CheckedIn = "CHECKED_IN",
    Started = "STARTED",
    Completed = "COMPLETED",
    NoShow = "NO_SHOW",
    Cancelled = "CANCELLED",
    HoldExpired = "HOLD_EXPIRED",
    Displaced = "DISPLACED",
});

impl Phase {
    /// Whether the person has a seat of the session; the session's counter is the number of these.
    pub fn has_seat(self) -> bool {
        match self {
            Self::Held
            | Self::Booked
            | Self::CheckedIn
            | Self::Started
            | Self::Completed
            | Self::NoShow => true,
            Self::Cancelled | Self::HoldExpired | Self::Displaced => false,
        }
    }

    /// Whether it is the person's one booking of the stage. Who missed a session may book another.
    pub fn is_live(self) -> bool {
        self.has_seat() && self != Self::NoShow
    }
}

impl State {
    pub fn phase(self) -> Phase {
        match self {
            Self::Held { .. } => Phase::Held,
            Self::Booked => Phase::Booked,
            Self::CheckedIn => Phase::CheckedIn,
            Self::Started => Phase::Started,
            Self::Completed => Phase::Completed,
            Self::NoShow => Phase::NoShow,
            Self::Cancelled => Phase::Cancelled,
            Self::HoldExpired { .. } => Phase::HoldExpired,
            Self::Displaced => Phase::Displaced,
        }
    }
}

/// Something a caller could do with a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Confirm,
    Move,
    Cancel,
    CheckIn,
    Start,
    UndoCheckIn,
    MarkNoShow,
    UndoNoShow,
}

impl Action {
    /// Whether it leads to a sitting, which there is none of once the results of the stage are out.
    pub fn leads_to_a_sitting(self) -> bool {
        matches!(self, Self::Confirm | Self::Move | Self::Start)
    }
}

/// Who asks what could be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asks {
    pub owner: bool,
    pub exam_desk: bool,
}

/// Something that is tried on a copy to see whether it would work.
type Tried = fn(&mut Booking, At<'_>) -> Result<Change, Refusal>;

/// What a booking is held against: its session, the stage's terms and the time.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    pub session: &'a Session,
    pub terms: &'a Terms,
    pub now: Timestamp,
}

impl At<'_> {
    pub fn window(&self) -> StartWindow {
        StartWindow::of(self.session, self.terms)
    }

    /// Until when a booking can be changed.
    pub fn change_until(&self) -> Timestamp {
        let start = self.session.start;
        start
            .saturating_sub(self.terms.change_notice)
            .unwrap_or(start)
    }

    fn in_time_to_change(&self) -> Result<(), Refusal> {
        let until = self.change_until();
        if self.now < until {
            Ok(())
        } else {
            Err(Refusal::ChangeTooLate { until })
        }
    }
}

impl Booking {
    /// Holds a seat for a short while, at most until the session starts.
    ///
    /// # Errors
    /// `SESSION_STARTED`.
    pub fn hold(id: Uuid, account: Uuid, needs: Needs, at: At<'_>) -> Result<Self, Refusal> {
        at.session.is_open(at.now)?;
        let until = at
            .now
            .saturating_add(at.terms.hold)
            .unwrap_or(at.session.start)
            .min(at.session.start);
        Ok(Self {
            id,
            campaign: at.session.campaign.clone(),
            stage: at.session.stage,
            session: at.session.id,
            account,
            state: State::Held { until },
            created: at.now,
            confirmed: None,
            moves: 0,
            sequence: 0,
            attempt: None,
            needs,
            applied: Needs::default(),
            waitlist_entry: None,
            grace: None,
            version: 1,
        })
    }

    /// The seat that is kept for a person who waits, until they answer.
    pub fn offer(
        id: Uuid,
        to: &Entry,
        session: &Session,
        until: Timestamp,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            campaign: to.campaign.clone(),
            stage: to.stage,
            session: session.id,
            account: to.account,
            state: State::Held { until },
            created: now,
            confirmed: None,
            moves: to.moves,
            sequence: 0,
            attempt: None,
            needs: to.needs.clone(),
            applied: Needs::default(),
            waitlist_entry: Some(to.id),
            grace: None,
            version: 1,
        }
    }

    pub fn name(&self) -> String {
        name(&self.campaign, self.id)
    }

    /// When this person can start: the window of all, longer where the desk made a mistake.
    pub fn window(&self, at: At<'_>) -> StartWindow {
        let all = at.window();
        StartWindow {
            close: self.grace.map_or(all.close, |grace| all.close.max(grace)),
            ..all
        }
    }

    /// How the booking stands now, whether or not a job has written it down yet.
    pub fn phase_at(&self, at: At<'_>) -> Phase {
        match self.state {
            State::Held { until } if until <= at.now => Phase::HoldExpired,
            State::Booked | State::CheckedIn if self.window(at).close <= at.now => Phase::NoShow,
            other => other.phase(),
        }
    }

    /// Turns the hold into a booking.
    pub fn confirm(&mut self, at: At<'_>) -> Result<Change, Refusal> {
        match (self.phase_at(at), self.state) {
            (Phase::Held, _) => {
                self.fits()?;
                self.state = State::Booked;
                self.confirmed = Some(at.now);
                Ok(Change::Made)
            }
            (Phase::Booked | Phase::CheckedIn, _) => Ok(Change::Nothing),
            (_, State::Held { until } | State::HoldExpired { until }) => {
                Err(Refusal::HoldExpired { until })
            }
            (phase, _) => Err(Refusal::BookingOver { phase }),
        }
    }

    /// The fields in which the seat is not what the application asks for, while that matters.
    pub fn unfit_fields(&self) -> Vec<&'static str> {
        match self.state.phase() {
            Phase::Held | Phase::Booked | Phase::CheckedIn => self.needs.unfit(&self.applied),
            _ => Vec::new(),
        }
    }

    /// Nobody sits down on a seat that is not of the sort that the application asks for: the test would
    /// be another than the one applied for.
    pub(super) fn fits(&self) -> Result<(), Refusal> {
        match self.needs.unfit(&self.applied).as_slice() {
            [] => Ok(()),
            _ => Err(Refusal::SeatUnfit),
        }
    }

    /// Whether its person is given a paper to come with.
    pub fn permit(&self, at: At<'_>) -> Result<(), Refusal> {
        match self.phase_at(at) {
            Phase::Held => Err(Refusal::BookingNotConfirmed),
            Phase::Booked | Phase::CheckedIn => self.fits(),
            phase => Err(Refusal::BookingOver { phase }),
        }
    }

    /// Whether it may be moved at all.
    fn may_move(&self, at: At<'_>) -> Result<(), Refusal> {
        match self.phase_at(at) {
            Phase::Held => Err(Refusal::BookingNotConfirmed),
            Phase::Booked => {
                at.in_time_to_change()?;
                if self.moves < at.terms.max_changes {
                    Ok(())
                } else {
                    Err(Refusal::ChangesSpent {
                        most: at.terms.max_changes,
                    })
                }
            }
            // Who is there is past any notice.
            Phase::CheckedIn => Err(Refusal::ChangeTooLate {
                until: at.change_until(),
            }),
            phase => Err(Refusal::BookingOver { phase }),
        }
    }

    /// Why a session can't be the target of a move, as a violation of the request.
    pub fn target_violation(&self, to: &Session) -> Option<&'static str> {
        if to.campaign != self.campaign || to.stage != self.stage {
            Some("OTHER_STAGE")
        } else if to.id == self.session {
            Some("SAME_SESSION")
        } else {
            None
        }
    }

    /// Moves it to another session of the stage, onto a seat of the sort that is needed there.
    pub fn move_to(&mut self, to: &Session, needs: Needs, at: At<'_>) -> Result<(), Refusal> {
        self.may_move(at)?;
        to.is_open(at.now)?;
        self.session = to.id;
        self.needs = needs;
        self.moves += 1;
        self.sequence += 1;
        Ok(())
    }

    /// Gives it up. A hold always can; a booking until its notice.
    pub fn cancel(&mut self, at: At<'_>) -> Result<Change, Refusal> {
        match self.phase_at(at) {
            Phase::Held => {}
            Phase::Booked => at.in_time_to_change()?,
            Phase::CheckedIn => {
                return Err(Refusal::ChangeTooLate {
                    until: at.change_until(),
                });
            }
            Phase::Cancelled | Phase::HoldExpired => return Ok(Change::Nothing),
            phase => return Err(Refusal::BookingOver { phase }),
        }
        self.give_up();
        Ok(Change::Made)
    }

    /// Ends with the withdrawal of the application, whatever the notice; what has been started or
    /// missed stays as it was.
    pub fn withdraw(&mut self) -> Change {
        match self.state.phase() {
            Phase::Held | Phase::Booked | Phase::CheckedIn => {
                self.give_up();
                Change::Made
            }
            _ => Change::Nothing,
        }
    }

    pub(super) fn give_up(&mut self) {
        self.state = State::Cancelled;
        // People hear only of what was confirmed to them.
        if self.confirmed.is_some() {
            self.sequence += 1;
        }
    }

    /// Starts the test. Starting again inside the window leads to the same attempt.
    pub fn start(&mut self, attempt: Uuid, at: At<'_>) -> Result<Change, Refusal> {
        match self.phase_at(at) {
            Phase::Held => return Err(Refusal::BookingNotConfirmed),
            Phase::Booked | Phase::CheckedIn | Phase::Started => self.window(at).allows(at.now)?,
            Phase::NoShow => {
                let close = self.window(at).close;
                return Err(Refusal::StartTooLate { close });
            }
            phase => return Err(Refusal::BookingOver { phase }),
        }
        match self.state {
            State::Started => Ok(Change::Nothing),
            State::Booked if at.session.check_in == CheckIn::Required => {
                Err(Refusal::CheckInNeeded)
            }
            _ => {
                self.fits()?;
                self.state = State::Started;
                self.attempt = Some(attempt);
                Ok(Change::Made)
            }
        }
    }

    pub fn changes_left(&self, terms: &Terms) -> i32 {
        (terms.max_changes - self.moves).max(0)
    }

    /// What would change something if it were done now.
    pub fn allowed_actions(&self, asks: Asks, at: At<'_>) -> Vec<Action> {
        let works = |outcome: Result<Change, Refusal>| outcome == Ok(Change::Made);
        let mut actions = Vec::new();
        if asks.owner {
            if works(self.clone().confirm(at)) {
                actions.push(Action::Confirm);
            }
            if self.may_move(at).is_ok() {
                actions.push(Action::Move);
            }
            if works(self.clone().cancel(at)) {
                actions.push(Action::Cancel);
            }
        }
        if asks.exam_desk {
            let desk: [(Action, Tried); 4] = [
                (Action::CheckIn, Self::check_in),
                (Action::UndoCheckIn, Self::undo_check_in),
                (Action::MarkNoShow, Self::mark_no_show),
                (Action::UndoNoShow, Self::undo_no_show),
            ];
            let works = |it: &(Action, Tried)| works((it.1)(&mut self.clone(), at));
            actions.extend(desk.iter().filter(|it| works(it)).map(|it| it.0));
        }
        if asks.owner && self.clone().start(Uuid::nil(), at).is_ok() {
            actions.push(Action::Start);
        }
        actions
    }
}

pub fn name(campaign: &str, booking: Uuid) -> String {
    format!("campaigns/{campaign}/bookings/{booking}")
}

#[cfg(test)]
#[path = "booking_tests.rs"]
pub(super) mod tests;
