//! Age in full years, and what a campaign says to it.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::refusal::Refusal;

/// Nobody older than this has been known; an earlier birth date is a mistake.
const OLDEST: i32 = 125;

/// On which day a campaign takes the age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    Registration,
    /// Not a matter of registration.
    Submission,
    Date(Date),
}

/// What registering for a campaign depends on.
#[derive(Debug, Clone)]
pub struct Terms {
    pub campaign: String,
    pub opens: Timestamp,
    /// The first instant outside the window.
    pub closes: Timestamp,
    pub zone: TimeZone,
    /// `None` for no limit.
    pub max_age_years: Option<i32>,
    pub reference: Reference,
}

impl Terms {
    /// # Errors
    /// `REGISTRATION_NOT_OPEN` outside the window.
    pub fn check_window(&self, now: Timestamp) -> Result<(), Refusal> {
        if self.opens <= now && now < self.closes {
            return Ok(());
        }
        Err(Refusal::RegistrationNotOpen {
            campaign: self.campaign.clone(),
            open_time: self.opens,
            close_time: self.closes,
        })
    }

    /// # Errors
    /// `OVER_AGE_LIMIT` with the years that were counted.
    pub fn check_age(&self, born: Date, now: Timestamp) -> Result<(), Refusal> {
        let reference_date = match self.reference {
            Reference::Registration => now.to_zoned(self.zone.clone()).date(),
            Reference::Date(date) => date,
            Reference::Submission => return Ok(()),
        };
        let age_years = full_years(born, reference_date);
        match self.max_age_years {
            Some(max_age_years) if age_years > max_age_years => Err(Refusal::OverAgeLimit {
                age_years,
                max_age_years,
                reference_date,
            }),
            _ => Ok(()),
        }
    }
}

/// Full years on a day. Who was born on 29 February has the birthday on 1 March in common years.
pub fn full_years(born: Date, on: Date) -> i32 {
    let years = i32::from(on.year()) - i32::from(born.year());
    let had_birthday = (on.month(), on.day()) >= (born.month(), born.day());
    if had_birthday { years } else { years - 1 }
}

/// # Errors
/// `BIRTH_DATE_IN_FUTURE`, or `BIRTH_DATE_IMPOSSIBLE` where nobody so old is alive.
pub fn plausible(born: Date, today: Date) -> Result<Date, &'static str> {
    if born > today {
        Err("BIRTH_DATE_IN_FUTURE")
    } else if full_years(born, today) > OLDEST {
        Err("BIRTH_DATE_IMPOSSIBLE")
    } else {
        Ok(born)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn the_limit_is_35_full_years_on_the_day() {
        let on = date(2025, 6, 30);
        assert_eq!(full_years(date(1989, 6, 30), on), 36);
        assert_eq!(full_years(date(1989, 7, 1), on), 35);
        assert_eq!(full_years(date(1990, 6, 30), on), 35);
    }

    #[test]
    fn a_birthday_on_29_february_is_1_march_in_common_years() {
        let born = date(1988, 2, 29);
        assert_eq!(full_years(born, date(2024, 2, 28)), 35);
        assert_eq!(full_years(born, date(2024, 2, 29)), 36);
        assert_eq!(full_years(born, date(2025, 2, 28)), 36);
        assert_eq!(full_years(born, date(2025, 3, 1)), 37);
    }

    #[test]
    fn a_birth_date_lies_in_the_past_but_not_too_far() {
        let today = date(2026, 6, 1);
        assert_eq!(
            plausible(date(2026, 6, 2), today),
            Err("BIRTH_DATE_IN_FUTURE")
        );
        assert_eq!(
            plausible(date(1801, 1, 1), today),
            Err("BIRTH_DATE_IMPOSSIBLE")
        );
        assert!(plausible(date(1901, 1, 1), today).is_ok());
    }

    proptest! {
        #[test]
        fn a_person_never_gets_younger(days in 0_i32..40_000, later in 0_i32..40_000) {
            let born = date(1900, 1, 1).saturating_add(jiff::Span::new().days(days));
            let on = born.saturating_add(jiff::Span::new().days(later));
            let next = on.saturating_add(jiff::Span::new().days(1));
            let (before, after) = (full_years(born, on), full_years(born, next));
            prop_assert!(before >= 0 && (after == before || after == before + 1));
        }
    }
}
