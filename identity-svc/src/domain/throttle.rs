//! How long a wrong password delays the next try at the same login.
//!
//! The delay grows to a minute and no further, and what comes during it is neither counted nor
//! looked at: a stranger can make the owner of a login wait, never lock them out.

use jiff::{SignedDuration, Timestamp};

/// Wrong passwords that cost nothing.
const FREE: i64 = 10;
const LONGEST_SECONDS: i64 = 60;
/// A login left alone for this long starts anew.
const FORGOTTEN: SignedDuration = SignedDuration::from_mins(15);

/// The wrong passwords of one login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    pub count: i64,
    pub last: Timestamp,
}

impl Failures {
    /// The instant before which no password is looked at; `None` where it is now.
    pub fn wait_until(&self, now: Timestamp) -> Option<Timestamp> {
        let over = self.count.checked_sub(FREE).filter(|over| *over >= 0)?;
        let seconds = 1_i64
            .checked_shl(u32::try_from(over).unwrap_or(63).min(6))
            .unwrap_or(LONGEST_SECONDS);
        let until = self.last + SignedDuration::from_secs(seconds.min(LONGEST_SECONDS));
        (now < until).then_some(until)
    }

    /// One more wrong password.
    pub fn after(before: Option<Failures>, now: Timestamp) -> Failures {
        let kept = before.filter(|before| now < before.last + FORGOTTEN);
        Failures {
            count: kept.map_or(0, |kept| kept.count).saturating_add(1),
            last: now,
        }
    }

    /// Before this instant, failures are forgotten.
    pub fn forgotten(now: Timestamp) -> Timestamp {
        now - FORGOTTEN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_are_free_then_the_wait_doubles_up_to_a_minute() {
        let now = Timestamp::UNIX_EPOCH;
        let wait = |count| {
            let until = Failures { count, last: now }.wait_until(now)?;
            Some(until.duration_since(now).as_secs())
        };
        assert_eq!(wait(9), None);
        assert_eq!([wait(10), wait(11), wait(12)], [Some(1), Some(2), Some(4)]);
        assert_eq!(
            [wait(16), wait(1000), wait(i64::MAX)],
            [Some(60), Some(60), Some(60)]
        );
    }

    #[test]
    fn the_wait_ends_and_a_quarter_of_an_hour_forgets_everything() {
        let now = Timestamp::UNIX_EPOCH;
        let many = Failures {
            count: 50,
            last: now,
        };
        assert_eq!(many.wait_until(now + SignedDuration::from_secs(60)), None);
        let soon = now + SignedDuration::from_mins(14);
        assert_eq!(Failures::after(Some(many), soon).count, 51);
        let late = now + SignedDuration::from_mins(15);
        assert_eq!(Failures::after(Some(many), late).count, 1);
    }
}
