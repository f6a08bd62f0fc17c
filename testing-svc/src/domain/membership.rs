//! A membership in the Reserve: from the day of the publication, for whole civil years.

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::refusal::Refusal;
use super::words;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    pub id: Uuid,
    pub campaign: String,
    pub account: Uuid,
    pub candidate_number: String,
    pub direction: String,
    pub start: Date,
    /// The last day.
    pub end: Date,
    pub state: State,
    pub end_reason: Option<EndReason>,
    pub ended: Option<Timestamp>,
    pub version: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Active,
    Ended,
    Expired,
}

words!(State {
    Active = "ACTIVE",
    Ended = "ENDED",
    Expired = "EXPIRED",
});

/// Why it ended before its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    Appointed,
    OwnWish,
    Excluded,
    Disqualified,
    Death,
}

words!(EndReason {
    Appointed = "APPOINTED",
    OwnWish = "OWN_WISH",
    Excluded = "EXCLUDED",
    Disqualified = "DISQUALIFIED",
    Death = "DEATH",
});

impl Membership {
    pub fn name(&self) -> String {
        format!("memberships/{}", self.id)
    }

    /// How it stands on this day, whether or not a job has written it down yet.
    pub fn state_on(&self, day: Date) -> State {
        match self.state {
            State::Active if self.end < day => State::Expired,
            state => state,
        }
    }

    pub fn end_early(
        &mut self,
        reason: EndReason,
        now: Timestamp,
        day: Date,
    ) -> Result<(), Refusal> {
        match self.state_on(day) {
            State::Active => {
                self.state = State::Ended;
                self.end_reason = Some(reason);
                self.ended = Some(now);
                Ok(())
            }
            state => Err(Refusal::MembershipOver { state }),
        }
    }
}

/// The last day of a term of whole years: the day before the anniversary of the first. The
/// anniversary of 29 February is 1 March where there is none.
pub fn last_day(start: Date, years: i16) -> Date {
    let year = start.year().saturating_add(years);
    let anniversary = Date::new(year, start.month(), start.day())
        .or_else(|_| Date::new(year, 3, 1))
        .unwrap_or(Date::MAX);
    anniversary.yesterday().unwrap_or(anniversary)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn three_years_end_the_day_before_the_anniversary() {
        for (start, end) in [
            (date(2026, 10, 20), date(2029, 10, 19)),
            (date(2026, 1, 1), date(2028, 12, 31)),
            (date(2025, 3, 1), date(2028, 2, 29)),
            (date(2028, 2, 29), date(2031, 2, 28)),
            (date(2026, 3, 1), date(2029, 2, 28)),
        ] {
            assert_eq!(last_day(start, 3), end, "{start}");
        }
        assert_eq!(last_day(date(2028, 2, 29), 4), date(2032, 2, 28));
    }

    #[test]
    fn a_membership_lasts_through_its_last_day() {
        let mut member = Membership {
            id: Uuid::nil(),
            campaign: "c".into(),
            account: Uuid::nil(),
            candidate_number: String::new(),
            direction: String::new(),
            start: date(2026, 10, 20),
            end: date(2029, 10, 19),
            state: State::Active,
            end_reason: None,
            ended: None,
            version: 1,
        };
        assert_eq!(member.state_on(date(2029, 10, 19)), State::Active);
        assert_eq!(member.state_on(date(2029, 10, 20)), State::Expired);
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(
            member
                .clone()
                .end_early(EndReason::Appointed, now, date(2029, 10, 20)),
            Err(Refusal::MembershipOver {
                state: State::Expired
            })
        );
        assert_eq!(
            member.end_early(EndReason::Appointed, now, date(2027, 1, 1)),
            Ok(())
        );
        assert_eq!(member.state_on(date(2035, 1, 1)), State::Ended);
    }
}
