//! Failures in a row, and until when the registry is left alone: for a moment and in this process, so
//! that people do not all wait for what will not come.

use std::sync::{Mutex, PoisonError};

use chassis::clock::Clock;
use jiff::{SignedDuration, Timestamp};

pub struct Health {
    clock: Clock,
    most: u32,
    rest: SignedDuration,
    state: Mutex<(u32, Option<Timestamp>)>,
}

impl Health {
    pub fn new(clock: Clock, most: u32, rest: SignedDuration) -> Self {
        Self {
            clock,
            most,
            rest,
            state: Mutex::default(),
        }
    }

    pub fn is_resting(&self) -> bool {
        let (_, until) = *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| self.clock.now() < until)
    }

    pub fn is_well(&self) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = (0, None);
    }

    /// After a rest one failure is enough for the next.
    pub fn has_failed(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 = state.0.saturating_add(1);
        if state.0 >= self.most {
            state.1 = Some(self.clock.now() + self.rest);
        }
    }
}
