//! An account that a college opened for somebody: theirs from the password on that they choose.

use chassis::clock::{astana, astana_date};
use chassis::identifier::Bin;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// The terms of opening accounts for others.
#[derive(Debug, Clone)]
pub struct Rules {
    /// So long the link of the mail is good; after that there are recoveries.
    pub link_life: SignedDuration,
    /// So often a college asks on a day of Astana, whatever came of it. A day in the season of admission
    /// brings hundreds; who tries out IINs and addresses needs more.
    pub most_a_day: i64,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            link_life: SignedDuration::from_hours(7 * 24),
            most_a_day: 500,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountOpening {
    pub college: Bin,
    /// Since when the person has a password.
    pub claimed: Option<Timestamp>,
}

impl AccountOpening {
    /// Whether the person has yet to show that the address is theirs, and knows their IIN.
    pub fn is_unclaimed(&self) -> bool {
        self.claimed.is_none()
    }

    /// Whether this college may mend the address and send the mail anew.
    pub fn is_mended_by(&self, college: Bin) -> bool {
        self.is_unclaimed() && self.college == college
    }
}

/// When the next day of Astana begins.
pub fn next_day(now: Timestamp) -> Timestamp {
    let tomorrow = astana_date(now).saturating_add(1.day());
    // Asia/Almaty skips no midnight; an instant that is none would be the last one there is.
    let midnight = tomorrow.to_zoned(astana());
    midnight.map_or(Timestamp::MAX, |it| it.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_college_that_opened_it_mends_it_until_the_person_has_a_password() {
        let bin = |text| Bin::parse(text).expect("a BIN");
        let (ours, other) = (bin("991240000003"), bin("040440000030"));
        let opening = AccountOpening {
            college: ours,
            claimed: None,
        };
        assert!(opening.is_mended_by(ours) && !opening.is_mended_by(other));
        let claimed = AccountOpening {
            claimed: Some(Timestamp::UNIX_EPOCH),
            ..opening
        };
        assert!(!claimed.is_mended_by(ours) && !claimed.is_unclaimed());
    }

    #[test]
    fn days_are_those_of_astana() {
        for (now, next) in [
            ("2026-06-30T18:59:59Z", "2026-06-30T19:00:00Z"),
            ("2026-06-30T19:00:00Z", "2026-07-01T19:00:00Z"),
        ] {
            let instant = |text: &str| text.parse::<Timestamp>().expect("an instant");
            assert_eq!(next_day(instant(now)), instant(next));
        }
    }
}
