//! An attempt: sitting the test of a booking.
//!
//! ```text
//! AUTHORIZED ──▶ ACTIVE ⇄ PAUSED        each of them ──finish, or its time is over──▶ FINISHED
//!      └─────────pause───────▲          each of them ──an irregularity──▶ TERMINATED
//! ```
//! What was paused is given back: the attempt ends that much after the end of its session. A paused
//! one has no end until it goes on.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::refusal::Refusal;
use super::{Change, words};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub id: Uuid,
    pub campaign: String,
    pub booking: Uuid,
    pub state: State,
    /// The candidate's number in the campaign: it tells nothing about the person.
    pub candidate_number: String,
    pub started: Timestamp,
    /// How long it was paused, without a pause that still lasts.
    pub paused: SignedDuration,
    /// Since when it is paused.
    pub pause: Option<Timestamp>,
    pub finished: Option<Timestamp>,
    /// Why it was terminated.
    pub termination: Option<Code>,
    pub version: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Awaiting,
    Authorized,
    Active,
    Paused,
    Finished,
    Terminated,
    NoShow,
}

words!(State {
    Awaiting = "AWAITING",
    Authorized = "AUTHORIZED",
    Active = "ACTIVE",
    Paused = "PAUSED",
    Finished = "FINISHED",
    Terminated = "TERMINATED",
    NoShow = "NO_SHOW",
});

/// What should not have happened at a sitting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    ForbiddenItem,
    Impersonation,
    HelpFromOthers,
    Disturbance,
    LeftPlace,
    TechnicalFailure,
    Other,
}

words!(Code {
    ForbiddenItem = "FORBIDDEN_ITEM",
    Impersonation = "IMPERSONATION",
    HelpFromOthers = "HELP_FROM_OTHERS",
    Disturbance = "DISTURBANCE",
    LeftPlace = "LEFT_PLACE",
    TechnicalFailure = "TECHNICAL_FAILURE",
    Other = "OTHER",
});

/// One of them, noted by the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Irregularity {
    pub id: Uuid,
    pub campaign: String,
    pub booking: Uuid,
    pub attempt: Uuid,
    /// The session's name.
    pub session: String,
    pub candidate_number: String,
    pub code: Code,
    pub note: String,
    pub terminated: bool,
    pub created: Timestamp,
}

impl Irregularity {
    pub fn name(&self) -> String {
        let attempt = name(&self.campaign, self.booking, self.attempt);
        format!("{attempt}/irregularities/{}", self.id)
    }
}

impl Attempt {
    pub fn begin(id: Uuid, campaign: &str, booking: Uuid, number: String, now: Timestamp) -> Self {
        Self {
            id,
            campaign: campaign.to_owned(),
            booking,
            state: State::Authorized,
            candidate_number: number,
            started: now,
            paused: SignedDuration::ZERO,
            pause: None,
            finished: None,
            termination: None,
            version: 1,
        }
    }

    pub fn name(&self) -> String {
        name(&self.campaign, self.booking, self.id)
    }

    /// When its time is over; none while it is paused.
    pub fn end(&self, session_end: Timestamp) -> Option<Timestamp> {
        let end = session_end.saturating_add(self.paused);
        (self.state != State::Paused).then_some(end.unwrap_or(session_end))
    }

    /// How it stands now, whether or not a job has written it down yet.
    pub fn state_at(&self, session_end: Timestamp, now: Timestamp) -> State {
        let over = self.end(session_end).is_some_and(|end| end <= now);
        match self.state {
            State::Awaiting | State::Authorized | State::Active if over => State::Finished,
            state => state,
        }
    }

    fn is_running(&self, session_end: Timestamp, now: Timestamp) -> Result<State, Refusal> {
        match self.state_at(session_end, now) {
            state @ (State::Finished | State::Terminated | State::NoShow) => {
                Err(Refusal::AttemptOver { state })
            }
            state => Ok(state),
        }
    }

    /// Whether it can be gone on with in another window of the browser.
    pub fn may_continue(&self, session_end: Timestamp, now: Timestamp) -> Result<(), Refusal> {
        match self.is_running(session_end, now)? {
            State::Paused => Err(Refusal::AttemptPaused),
            _ => Ok(()),
        }
    }

    pub fn pause(&mut self, session_end: Timestamp, now: Timestamp) -> Result<Change, Refusal> {
        if self.is_running(session_end, now)? == State::Paused {
            return Ok(Change::Nothing);
        }
        self.state = State::Paused;
        self.pause = Some(now);
        Ok(Change::Made)
    }

    pub fn resume(&mut self, session_end: Timestamp, now: Timestamp) -> Result<Change, Refusal> {
        if self.is_running(session_end, now)? != State::Paused {
            return Ok(Change::Nothing);
        }
        self.end_pause(now);
        self.state = State::Active;
        Ok(Change::Made)
    }

    /// What its time ended is finished at that time, not when somebody looked.
    pub fn finish(&mut self, session_end: Timestamp, now: Timestamp) -> Result<Change, Refusal> {
        if self.state == State::Finished {
            return Ok(Change::Nothing);
        }
        if self.state == State::Terminated || self.state == State::NoShow {
            return Err(Refusal::AttemptOver { state: self.state });
        }
        let at = self.end(session_end).map_or(now, |end| end.min(now));
        self.end_pause(at);
        self.state = State::Finished;
        self.finished = Some(at);
        Ok(Change::Made)
    }

    /// Ends it for an irregularity; also what was finished a moment ago, as long as there is no
    /// published result of it.
    pub fn terminate(&mut self, code: Code, now: Timestamp) -> Result<(), Refusal> {
        if self.state == State::Terminated || self.state == State::NoShow {
            return Err(Refusal::AttemptOver { state: self.state });
        }
        self.end_pause(now);
        self.state = State::Terminated;
        self.finished = self.finished.or(Some(now));
        self.termination = Some(code);
        Ok(())
    }

    fn end_pause(&mut self, now: Timestamp) {
        if let Some(since) = self.pause.take() {
            self.paused = self.paused.saturating_add(now.duration_since(since));
        }
    }
}

pub fn name(campaign: &str, booking: Uuid, attempt: Uuid) -> String {
    format!("campaigns/{campaign}/bookings/{booking}/attempts/{attempt}")
}

#[cfg(test)]
#[path = "attempt_tests.rs"]
mod tests;
