//! A closure: a session, a room or a centre that can't be used for a while.

use jiff::Timestamp;
use uuid::Uuid;

use super::words;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    pub id: Uuid,
    pub target: Target,
    pub start: Timestamp,
    pub end: Timestamp,
    /// Why, for the desk.
    pub reason: String,
    pub sessions_hit: i32,
    pub bookings_hit: i32,
    pub created: Timestamp,
}

/// What is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub kind: TargetKind,
    pub id: Uuid,
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKind {
    Center,
    Room,
    Session,
}

words!(TargetKind {
    Center = "CENTER",
    Room = "ROOM",
    Session = "SESSION",
});

impl Closure {
    pub fn name(&self) -> String {
        format!("closures/{}", self.id)
    }
}

/// What is wrong with the times of a closure to be made. It may have begun, but not be over.
pub fn wrong_times(
    start: Timestamp,
    end: Timestamp,
    now: Timestamp,
) -> Option<(&'static str, &'static str)> {
    if end <= start {
        Some(("closure.end_time", "TIMES_BACKWARDS"))
    } else if end <= now {
        Some(("closure.end_time", "TIME_IN_PAST"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closure_may_have_begun_but_not_be_over() {
        let at = |s| Timestamp::from_second(s).expect("an instant");
        assert_eq!(wrong_times(at(1), at(3), at(2)), None);
        let over = Some(("closure.end_time", "TIME_IN_PAST"));
        assert_eq!(wrong_times(at(1), at(2), at(2)), over);
        let backwards = Some(("closure.end_time", "TIMES_BACKWARDS"));
        assert_eq!(wrong_times(at(2), at(2), at(1)), backwards);
    }
}
