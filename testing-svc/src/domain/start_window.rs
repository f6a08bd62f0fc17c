//! The window in which "Start test" works: from a little before the booked time to a little after.

use jiff::Timestamp;

use super::refusal::Refusal;
use super::session::Session;
use super::stage::Terms;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartWindow {
    pub open: Timestamp,
    /// The first instant that is too late.
    pub close: Timestamp,
}

impl StartWindow {
    pub fn of(session: &Session, terms: &Terms) -> Self {
        Self {
            open: session
                .start
                .saturating_sub(terms.early_start)
                .unwrap_or(session.start),
            close: session
                .start
                .saturating_add(terms.late_start)
                .unwrap_or(session.start),
        }
    }

    pub fn allows(&self, now: Timestamp) -> Result<(), Refusal> {
        if now < self.open {
            Err(Refusal::StartTooEarly { open: self.open })
        } else if now >= self.close {
            Err(Refusal::StartTooLate { close: self.close })
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::booking::tests::{at, session};
    use jiff::SignedDuration;

    #[test]
    fn the_window_is_open_from_ten_minutes_before_to_fifteen_after_to_the_microsecond() {
        let window = StartWindow::of(&session(1, 60), &Terms::default());
        let tick = SignedDuration::from_micros(1);
        assert_eq!(
            window.allows(at(50) - tick),
            Err(Refusal::StartTooEarly { open: at(50) })
        );
        assert_eq!(window.allows(at(50)), Ok(()));
        assert_eq!(window.allows(at(75) - tick), Ok(()));
        assert_eq!(
            window.allows(at(75)),
            Err(Refusal::StartTooLate { close: at(75) })
        );
    }
}
