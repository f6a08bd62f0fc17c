//! A closure: a session, a room or a centre that can't be used for a while.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Change, words};

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
    /// When it was lifted before its end.
    pub lifted: Option<Timestamp>,
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

    /// Ends it early. What is over, or was lifted, stays as it is.
    pub fn lift(&mut self, now: Timestamp) -> Change {
        if self.lifted.is_some() || self.end <= now {
            return Change::Nothing;
        }
        self.lifted = Some(now);
        Change::Made
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
    fn a_closure_is_lifted_once_and_not_after_its_end() {
        let at = |s| Timestamp::from_second(s).expect("an instant");
        let mut closure = Closure {
            id: Uuid::nil(),
            target: Target {
                kind: TargetKind::Room,
                id: Uuid::nil(),
                name: String::new(),
            },
            start: at(10),
            end: at(20),
            reason: String::new(),
            sessions_hit: 0,
            bookings_hit: 0,
            created: at(0),
            lifted: None,
        };
        assert_eq!(closure.clone().lift(at(20)), Change::Nothing);
        assert_eq!(
            closure.clone().lift(at(1)),
            Change::Made,
            "before its time, too"
        );
        assert_eq!(closure.lift(at(19)), Change::Made);
        assert_eq!(closure.lift(at(19)), Change::Nothing);
        assert_eq!(closure.lifted, Some(at(19)));
    }

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
