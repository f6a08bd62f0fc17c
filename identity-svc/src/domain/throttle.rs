//! How long what was done too often delays the next time.
//!
//! Each rule has a number that is free; after it the wait doubles with each time, up to a longest
//! one, and what comes during a wait is neither counted nor looked at. So a wait always ends, and
//! nobody can make it longer for somebody else than its longest.

use jiff::{SignedDuration, Timestamp};

/// What is free, and how far the wait grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub free: i64,
    pub longest: SignedDuration,
    /// Left alone for this long, everything starts anew.
    pub forgotten: SignedDuration,
}

/// Wrong passwords for one login from one address.
pub const PASSWORDS: Rule = Rule {
    free: 10,
    longest: SignedDuration::from_secs(60),
    forgotten: SignedDuration::from_mins(15),
};

/// Wrong passwords from one address, whatever the login: a classroom of forty may mistype theirs
/// five times each.
pub const PASSWORDS_OF_AN_ADDRESS: Rule = Rule {
    free: 200,
    longest: SignedDuration::from_secs(10),
    forgotten: SignedDuration::from_mins(15),
};

/// Registrations, recoveries and changes of address that were begun for one login from one address.
pub const STARTS: Rule = Rule {
    free: 10,
    longest: SignedDuration::from_mins(10),
    forgotten: SignedDuration::from_hours(1),
};

/// The same from one address, whatever the login: a classroom of forty may begin five times each.
pub const STARTS_OF_AN_ADDRESS: Rule = Rule {
    free: 200,
    longest: SignedDuration::from_secs(60),
    forgotten: SignedDuration::from_hours(1),
};

/// How often something was done lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub count: i64,
    pub last: Timestamp,
}

impl Count {
    /// The instant before which nothing is looked at; `None` where it is now.
    pub fn wait_until(&self, now: Timestamp, rule: &Rule) -> Option<Timestamp> {
        let over = self.count.checked_sub(rule.free).filter(|it| *it >= 0)?;
        let doublings = u32::try_from(over).unwrap_or(u32::MAX).min(20);
        let wait = SignedDuration::from_secs(1 << doublings).min(rule.longest);
        let until = self.last + wait;
        (now < until).then_some(until)
    }

    /// One more.
    pub fn after(before: Option<Count>, now: Timestamp, rule: &Rule) -> Count {
        let kept = before.filter(|before| now < before.last + rule.forgotten);
        Count {
            count: kept.map_or(0, |kept| kept.count).saturating_add(1),
            last: now,
        }
    }

    /// What was counted last before this instant matters under no rule any more.
    pub fn forgotten(now: Timestamp) -> Timestamp {
        now - PASSWORDS.forgotten.max(STARTS.forgotten)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_free_costs_nothing_then_the_wait_doubles_up_to_the_longest() {
        let now = Timestamp::UNIX_EPOCH;
        for (rule, over, seconds) in [
            (PASSWORDS, -1, None),
            (PASSWORDS, 0, Some(1)),
            (PASSWORDS, 1, Some(2)),
            (PASSWORDS, 2, Some(4)),
            (PASSWORDS, 6, Some(60)),
            (PASSWORDS, i64::MAX - PASSWORDS.free, Some(60)),
            (PASSWORDS_OF_AN_ADDRESS, -1, None),
            (PASSWORDS_OF_AN_ADDRESS, 3, Some(8)),
            (PASSWORDS_OF_AN_ADDRESS, 4, Some(10)),
            (STARTS, 9, Some(512)),
            (STARTS, 10, Some(600)),
            (STARTS_OF_AN_ADDRESS, 20, Some(60)),
        ] {
            let count = rule.free + over;
            let until = Count { count, last: now }.wait_until(now, &rule);
            let wait = until.map(|until| until.duration_since(now).as_secs());
            assert_eq!(wait, seconds, "{rule:?} {over}");
        }
    }

    #[test]
    fn the_wait_ends_and_time_alone_forgets_everything() {
        let now = Timestamp::UNIX_EPOCH;
        let many = Count {
            count: 50,
            last: now,
        };
        let minute = now + SignedDuration::from_secs(60);
        assert_eq!(many.wait_until(minute, &PASSWORDS), None);
        let soon = now + SignedDuration::from_mins(14);
        assert_eq!(Count::after(Some(many), soon, &PASSWORDS).count, 51);
        let late = now + SignedDuration::from_mins(15);
        assert_eq!(Count::after(Some(many), late, &PASSWORDS).count, 1);
        assert_eq!(Count::after(Some(many), late, &STARTS).count, 51);
    }
}
