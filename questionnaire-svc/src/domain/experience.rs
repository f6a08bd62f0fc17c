//! Work experience: the union of the days of all rows, so that no day counts twice.

use jiff::civil::Date;
use jiff::{ToSpan, Unit};
use serde::{Deserialize, Serialize};

use super::section::{EmploymentRow, End};

/// Whole days, both ends inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Interval {
    pub first: Date,
    pub last: Date,
}

/// What the rows come to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Experience {
    /// Full years, months and days as people read them; a month left over counts 30 days.
    pub years: i32,
    pub months: i32,
    pub days: i32,
    /// All days together: the number that is held against the rule.
    pub total_days: i32,
    /// Days between the first and the last that no row covers.
    pub gaps: Vec<Interval>,
    /// Days that more than one row covers.
    pub overlaps: Vec<Interval>,
}

impl Interval {
    /// `None` where the last day lies before the first.
    pub fn new(first: Date, last: Date) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    pub fn days(&self) -> i32 {
        days_between(self.first, self.last) + 1
    }

    /// Whether the other starts inside this one or on the day after it.
    fn reaches(&self, other: &Interval) -> bool {
        other.first <= self.last || days_between(self.last, other.first) == 1
    }
}

/// The days of a row up to the reference day. `None` for a row that is not finished or starts later.
pub fn interval(row: &EmploymentRow, reference: Date) -> Option<Interval> {
    let last = match row.end? {
        End::On(date) => date.min(reference),
        End::ToPresent => reference,
    };
    Interval::new(row.start_date?, last)
}

/// The experience of these rows on the reference day.
pub fn of_rows(rows: &[EmploymentRow], reference: Date) -> Experience {
    let intervals: Vec<_> = rows
        .iter()
        .filter_map(|row| interval(row, reference))
        .collect();
    of_intervals(&intervals)
}

pub fn of_intervals(intervals: &[Interval]) -> Experience {
    let mut sorted = intervals.to_vec();
    sorted.sort_unstable();
    let stretches = merged(&sorted);
    let (years, months, days) = shown(&stretches);
    Experience {
        years,
        months,
        days,
        total_days: stretches.iter().map(Interval::days).sum(),
        gaps: gaps(&stretches),
        overlaps: overlaps(&sorted),
    }
}

/// Overlapping and adjacent intervals as one.
fn merged(sorted: &[Interval]) -> Vec<Interval> {
    let mut stretches: Vec<Interval> = Vec::new();
    for interval in sorted {
        match stretches.last_mut() {
            Some(stretch) if stretch.reaches(interval) => {
                stretch.last = stretch.last.max(interval.last)
            }
            _ => stretches.push(*interval),
        }
    }
    stretches
}

fn gaps(stretches: &[Interval]) -> Vec<Interval> {
    let between =
        |pair: &[Interval]| Interval::new(next_day(pair[0].last), day_before(pair[1].first));
    stretches.windows(2).filter_map(between).collect()
}

fn overlaps(sorted: &[Interval]) -> Vec<Interval> {
    let mut shared = Vec::new();
    let mut covered_to: Option<Date> = None;
    for interval in sorted {
        if let Some(covered_to) = covered_to {
            shared.extend(Interval::new(interval.first, interval.last.min(covered_to)));
        }
        covered_to = covered_to.max(Some(interval.last));
    }
    shared.sort_unstable();
    merged(&shared)
}

/// Each stretch by the calendar, then 30 days to a month and 12 months to a year.
fn shown(stretches: &[Interval]) -> (i32, i32, i32) {
    let mut sum = (0, 0, 0);
    for stretch in stretches {
        let Ok(span) = stretch.first.until((Unit::Year, next_day(stretch.last))) else {
            continue;
        };
        sum = (
            sum.0 + i32::from(span.get_years()),
            sum.1 + span.get_months(),
            sum.2 + span.get_days(),
        );
    }
    let months = sum.1 + sum.2 / 30;
    (sum.0 + months / 12, months % 12, sum.2 % 30)
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until((Unit::Day, to))
        .map(|span| span.get_days())
        .unwrap_or_default()
}

fn next_day(date: Date) -> Date {
    date.saturating_add(1.day())
}

fn day_before(date: Date) -> Date {
    date.saturating_sub(1.day())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn from(first: (i16, i8, i8), last: (i16, i8, i8)) -> Interval {
        Interval::new(
            date(first.0, first.1, first.2),
            date(last.0, last.1, last.2),
        )
        .expect("ordered days")
    }

    #[test]
    fn five_calendar_years_are_1826_or_1827_days_and_shown_as_five_years() {
        let one_leap_day = of_intervals(&[from((2020, 3, 1), (2025, 2, 28))]);
        assert_eq!(
            (
                one_leap_day.total_days,
                one_leap_day.years,
                one_leap_day.months,
                one_leap_day.days
            ),
            (1826, 5, 0, 0)
        );
        let two_leap_days = of_intervals(&[from((2020, 1, 1), (2024, 12, 31))]);
        assert_eq!((two_leap_days.total_days, two_leap_days.years), (1827, 5));
    }

    #[test]
    fn two_jobs_at_once_count_once() {
        let both = of_intervals(&[
            from((2020, 1, 1), (2020, 12, 31)),
            from((2020, 7, 1), (2021, 6, 30)),
        ]);
        assert_eq!(both.total_days, 547);
        assert_eq!(both.overlaps, [from((2020, 7, 1), (2020, 12, 31))]);
        assert_eq!(both.gaps, []);
    }

    #[test]
    fn consecutive_positions_are_one_stretch_and_a_break_is_a_gap() {
        let rows = [
            from((2020, 1, 1), (2020, 1, 31)),
            from((2020, 2, 1), (2020, 2, 29)),
            from((2020, 3, 2), (2020, 3, 2)),
        ];
        let experience = of_intervals(&rows);
        assert_eq!(experience.total_days, 61);
        assert_eq!(experience.gaps, [from((2020, 3, 1), (2020, 3, 1))]);
        assert_eq!(experience.overlaps, []);
    }

    #[test]
    fn to_the_present_ends_on_the_reference_day() {
        let row = EmploymentRow {
            start_date: Some(date(2020, 6, 30)),
            end: Some(End::ToPresent),
        };
        assert_eq!(
            of_rows(std::slice::from_ref(&row), date(2025, 6, 29)).total_days,
            1826
        );
        assert_eq!(of_rows(&[row], date(2020, 6, 29)).total_days, 0);
    }

    #[test]
    fn a_row_without_its_days_counts_nothing() {
        let row = EmploymentRow {
            start_date: Some(date(2020, 6, 30)),
            end: None,
        };
        assert_eq!(of_rows(&[row], date(2025, 6, 29)), Experience::default());
    }

    #[test]
    fn days_left_over_become_months_and_years() {
        let rows = [
            from((2020, 1, 1), (2020, 11, 20)),
            from((2021, 1, 1), (2021, 1, 15)),
            from((2022, 1, 1), (2022, 1, 26)),
        ];
        let experience = of_intervals(&rows);
        assert_eq!(
            (experience.years, experience.months, experience.days),
            (1, 0, 1)
        );
    }

    fn any_interval() -> impl Strategy<Value = Interval> {
        (0..4000i32, 0..900i32).prop_map(|(start, length)| {
            let first = date(2012, 1, 1).saturating_add(start.days());
            Interval::new(first, first.saturating_add(length.days())).expect("ordered days")
        })
    }

    proptest! {
        #[test]
        fn the_order_of_rows_does_not_matter(
            (rows, shuffled) in prop::collection::vec(any_interval(), 0..12)
                .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))
        ) {
            prop_assert_eq!(of_intervals(&rows), of_intervals(&shuffled));
        }

        #[test]
        fn a_row_cut_in_two_counts_the_same(row in any_interval(), cut in 0..900i32) {
            let cut_after = row.first.saturating_add((cut % row.days()).days());
            let halves: Vec<_> = [Interval::new(row.first, cut_after), Interval::new(next_day(cut_after), row.last)]
                .into_iter().flatten().collect();
            prop_assert_eq!(of_intervals(&halves), of_intervals(&[row]));
        }

        #[test]
        fn a_row_told_twice_counts_once(row in any_interval()) {
            let twice = of_intervals(&[row, row]);
            prop_assert_eq!(twice.total_days, row.days());
            prop_assert_eq!(twice.overlaps, vec![row]);
        }

        #[test]
        fn it_is_never_more_than_the_span_nor_the_sum_and_gaps_fill_the_rest(rows in prop::collection::vec(any_interval(), 1..12)) {
            let experience = of_intervals(&rows);
            let first = rows.iter().map(|row| row.first).min().expect("a row");
            let last = rows.iter().map(|row| row.last).max().expect("a row");
            let span = Interval::new(first, last).expect("ordered days").days();
            let gaps: i32 = experience.gaps.iter().map(Interval::days).sum();
            prop_assert_eq!(experience.total_days + gaps, span);
            prop_assert!(experience.total_days <= rows.iter().map(Interval::days).sum());
        }

        #[test]
        fn the_days_are_those_counted_one_by_one(rows in prop::collection::vec(any_interval(), 0..6)) {
            let mut times = std::collections::BTreeMap::<Date, u32>::new();
            for row in &rows {
                for at in 0..row.days() {
                    *times.entry(row.first.saturating_add(at.days())).or_default() += 1;
                }
            }
            let experience = of_intervals(&rows);
            prop_assert_eq!(experience.total_days as usize, times.len());
            let shared: i32 = experience.overlaps.iter().map(Interval::days).sum();
            prop_assert_eq!(shared as usize, times.values().filter(|count| **count > 1).count());
        }
    }
}
