//! An academic year: it begins on 1 September, and is called by the year of that day.

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

/// 2026 is 2026/2027.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AcademicYear(i16);

impl AcademicYear {
    /// `None` for a year that nobody can mean.
    pub fn new(year: i32) -> Option<Self> {
        let year = i16::try_from(year).ok()?;
        (2000..=2199).contains(&year).then_some(Self(year))
    }

    /// The one that runs on this day.
    pub fn on(day: Date) -> Self {
        Self(if day.month() >= 9 {
            day.year()
        } else {
            day.year() - 1
        })
    }

    pub fn year(self) -> i32 {
        self.0.into()
    }

    /// How many years it begins after the other one.
    pub fn after(self, other: Self) -> i32 {
        self.year() - other.year()
    }

    /// People move in before the lessons begin.
    pub fn first_day(self) -> Date {
        date(self.0, 8, 1)
    }

    pub fn last_day(self) -> Date {
        date(self.0 + 1, 8, 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_runs_from_september_to_august() {
        for (day, year) in [
            (date(2026, 8, 31), 2025),
            (date(2026, 9, 1), 2026),
            (date(2027, 1, 1), 2026),
        ] {
            assert_eq!(AcademicYear::on(day).year(), year, "{day}");
        }
        let next = AcademicYear::new(2026).expect("a year");
        assert_eq!(next.after(AcademicYear::on(date(2026, 6, 1))), 1);
        for nobodys in [0, 1999, 2200, -1, i32::MAX] {
            assert_eq!(AcademicYear::new(nobodys), None);
        }
    }
}
