//! What the exam desk does to bookings, by noting who came and by closing places; and the passing of time.

use super::Change;
use super::booking::{At, Booking, Phase, State};
use super::refusal::Refusal;

impl Booking {
    /// Notes that the person is there.
    pub fn check_in(&mut self, at: At<'_>) -> Result<Change, Refusal> {
        match self.phase_at(at) {
            Phase::Held => Err(Refusal::BookingNotConfirmed),
            Phase::Booked => {
                self.fits()?;
                self.state = State::CheckedIn;
                Ok(Change::Made)
            }
            Phase::CheckedIn => Ok(Change::Nothing),
            phase => Err(Refusal::BookingOver { phase }),
        }
    }

    /// Takes a check-in back that was a mistake.
    pub fn undo_check_in(&mut self, at: At<'_>) -> Result<Change, Refusal> {
        match self.phase_at(at) {
            Phase::Held => Err(Refusal::BookingNotConfirmed),
            Phase::Booked => Ok(Change::Nothing),
            Phase::CheckedIn => {
                self.state = State::Booked;
                Ok(Change::Made)
            }
            phase => Err(Refusal::BookingOver { phase }),
        }
    }

    /// Notes that the person did not come, without waiting for the window to close.
    pub fn mark_no_show(&mut self, at: At<'_>) -> Result<Change, Refusal> {
        match self.phase_at(at) {
            Phase::Held => Err(Refusal::BookingNotConfirmed),
            Phase::NoShow if self.state == State::NoShow => Ok(Change::Nothing),
            Phase::Booked | Phase::CheckedIn | Phase::NoShow => {
                let start = at.session.start;
                if at.now < start {
                    return Err(Refusal::SessionNotStarted { start });
                }
                self.state = State::NoShow;
                Ok(Change::Made)
            }
            phase => Err(Refusal::BookingOver { phase }),
        }
    }

    /// Takes back that the person did not come: they are there, and have as long to start as anybody
    /// has after the booked time.
    pub fn undo_no_show(&mut self, at: At<'_>) -> Result<Change, Refusal> {
        match self.phase_at(at) {
            Phase::Held => Err(Refusal::BookingNotConfirmed),
            Phase::Booked | Phase::CheckedIn => Ok(Change::Nothing),
            Phase::NoShow => {
                let until = at.session.end;
                if at.now >= until {
                    return Err(Refusal::UndoTooLate { until });
                }
                self.fits()?;
                self.state = State::CheckedIn;
                self.grace = at.now.checked_add(at.terms.late_start).ok();
                Ok(Change::Made)
            }
            phase => Err(Refusal::BookingOver { phase }),
        }
    }

    /// Loses the seat because the place closed. What was only held is given up; what was started or
    /// missed stays as it was.
    pub fn displace(&mut self, at: At<'_>) -> Change {
        match self.phase_at(at) {
            Phase::Held => {
                self.give_up();
                Change::Made
            }
            Phase::Booked | Phase::CheckedIn => {
                self.state = State::Displaced;
                self.sequence += 1;
                Change::Made
            }
            _ => Change::Nothing,
        }
    }

    /// Writes down that the person did not start in time.
    pub fn miss(&mut self, at: At<'_>) -> Change {
        if self.phase_at(at) == Phase::NoShow && self.state != State::NoShow {
            self.state = State::NoShow;
            Change::Made
        } else {
            Change::Nothing
        }
    }
}
