//! Working days: a versioned table per year in `calendars/`, and the terms counted by it.
//!
//! Which days are off is data: holidays are carried or not, days are traded by decree, and the law
//! changes. A year without a table is refused, never guessed.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::labels::Labels;
use super::pause::Span;
use super::refusal::Refusal;

/// The days of a year that differ from an ordinary week.
#[derive(Debug, Clone, Deserialize)]
pub struct YearCalendar {
    pub year: i16,
    /// Grows with every change of the year.
    pub version: u32,
    pub status: Status,
    /// Where the days come from.
    pub source: String,
    pub days: Vec<CalendarDay>,
}

/// Whether days may still be set or traded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    Official,
    Provisional,
}

/// A day that differs from an ordinary week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarDay {
    pub date: Date,
    pub kind: Kind,
    #[serde(flatten)]
    pub title: Labels,
    /// The weekend holiday that this day is off for.
    #[serde(default)]
    pub carried_from: Option<Date>,
    /// The day that this one was traded for.
    #[serde(default)]
    pub exchanged_with: Option<Date>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    Holiday,
    /// Off because a holiday fell on a weekend.
    Observed,
    /// Off because it was traded for a working day of a weekend.
    TransferredOff,
    /// A weekend day that is worked.
    WorkingWeekend,
}

/// The end of a term, and what it was counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    pub working_days: u32,
    /// The last day of the term, local.
    pub last_day: Date,
    /// The last millisecond of that day: it is inside.
    pub due_time: Timestamp,
    /// The version of the table of the last day's year.
    pub calendar_version: u32,
}

/// The tables of all years that are published.
#[derive(Debug, Clone, Default)]
pub struct WorkCalendar {
    years: BTreeMap<i16, YearCalendar>,
}

impl Term {
    pub fn is_over(&self, now: Timestamp) -> bool {
        now.as_millisecond() > self.due_time.as_millisecond()
    }
}

impl WorkCalendar {
    /// The tables compiled in.
    pub fn published() -> &'static Self {
        &PUBLISHED
    }

    /// The same with a newer table of one year in place of the one it had.
    #[must_use]
    pub fn with(mut self, year: YearCalendar) -> Self {
        self.years.insert(year.year, year);
        self
    }

    pub fn year(&self, year: i16) -> Option<&YearCalendar> {
        self.years.get(&year)
    }

    /// # Errors
    /// `CALENDAR_MISSING`.
    pub fn is_working_day(&self, date: Date) -> Result<bool, Refusal> {
        let year = self.must_have(date.year())?;
        let listed = year
            .days
            .iter()
            .find(|day| day.date == date)
            .map(|day| day.kind);
        Ok(match listed {
            Some(kind) => kind == Kind::WorkingWeekend,
            None => !is_weekend(date),
        })
    }

    /// The end of the n-th working day after the local day of an event. The day of the event is day 0.
    ///
    /// # Errors
    /// `CALENDAR_MISSING` where the term reaches into a year without a table.
    pub fn term(
        &self,
        event: Timestamp,
        working_days: u32,
        zone: &TimeZone,
    ) -> Result<Term, Refusal> {
        let mut last_day = event.to_zoned(zone.clone()).date();
        let mut left = working_days;
        while left > 0 {
            last_day = last_day.saturating_add(1.day());
            left -= u32::from(self.is_working_day(last_day)?);
        }
        let calendar_version = self.must_have(last_day.year())?.version;
        Ok(Term {
            working_days,
            last_day,
            due_time: last_millisecond(last_day, zone),
            calendar_version,
        })
    }

    /// The end of a term that stood still in between: each time it goes on with the working days that
    /// were left, on the days after the one on which it was resumed.
    ///
    /// # Errors
    /// As [`Self::term`].
    pub fn term_with_pauses(
        &self,
        event: Timestamp,
        working_days: u32,
        pauses: &[Span],
        zone: &TimeZone,
    ) -> Result<Term, Refusal> {
        let mut term = self.term(event, working_days, zone)?;
        for pause in pauses.iter().filter(|pause| pause.from < pause.until) {
            // What had passed before does not come back.
            if term.is_over(pause.from) {
                break;
            }
            let from = pause.from.to_zoned(zone.clone()).date();
            let left = self.working_days_between(from, term.last_day)?;
            let rest = self.rest(pause.until, left, zone)?;
            term = Term {
                working_days,
                ..rest
            };
        }
        Ok(term)
    }

    /// The end of what was left; where nothing was left but the day itself, that of the next day that
    /// is worked.
    fn rest(&self, resumed: Timestamp, left: u32, zone: &TimeZone) -> Result<Term, Refusal> {
        let day = resumed.to_zoned(zone.clone()).date();
        match left == 0 && !self.is_working_day(day)? {
            true => self.term(resumed, 1, zone),
            false => self.term(resumed, left, zone),
        }
    }

    /// The working days after one day, up to and with another.
    fn working_days_between(&self, after: Date, until: Date) -> Result<u32, Refusal> {
        let (mut day, mut count) = (after, 0);
        while day < until {
            day = day.saturating_add(1.day());
            count += u32::from(self.is_working_day(day)?);
        }
        Ok(count)
    }

    /// How much time of working days passed, without pauses.
    ///
    /// # Errors
    /// `CALENDAR_MISSING`.
    pub fn working_time(
        &self,
        from: Timestamp,
        until: Timestamp,
        pauses: &[Span],
        zone: &TimeZone,
    ) -> Result<SignedDuration, Refusal> {
        let mut day = from.to_zoned(zone.clone()).date();
        let mut total = SignedDuration::ZERO;
        let mut start = from;
        while start < until {
            let end = midnight_after(day, zone).min(until);
            if self.is_working_day(day)? {
                let paused = pauses.iter().map(|pause| overlap(start, end, *pause));
                total += start.duration_until(end) - paused.sum::<SignedDuration>();
            }
            (day, start) = (day.saturating_add(1.day()), end);
        }
        Ok(total)
    }

    fn must_have(&self, year: i16) -> Result<&YearCalendar, Refusal> {
        self.year(year).ok_or(Refusal::CalendarMissing { year })
    }
}

pub fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// By the start of the next day, so that a day on which the clock was put back is as long as it was.
fn last_millisecond(day: Date, zone: &TimeZone) -> Timestamp {
    midnight_after(day, zone)
        .saturating_sub(SignedDuration::from_millis(1))
        .unwrap_or(Timestamp::MAX)
}

fn midnight_after(day: Date, zone: &TimeZone) -> Timestamp {
    let midnight = day.saturating_add(1.day()).to_zoned(zone.clone());
    midnight.map_or(Timestamp::MAX, |midnight| midnight.timestamp())
}

fn overlap(start: Timestamp, end: Timestamp, pause: Span) -> SignedDuration {
    let (from, until) = (start.max(pause.from), end.min(pause.until));
    match from < until {
        true => from.duration_until(until),
        false => SignedDuration::ZERO,
    }
}

static PUBLISHED: LazyLock<WorkCalendar> = LazyLock::new(|| {
    FILES
        .iter()
        .map(|file| read(file))
        .fold(WorkCalendar::default(), WorkCalendar::with)
});

/// The files are compiled in, so one that can't be read is a bug that the first test shows.
fn read(file: &str) -> YearCalendar {
    serde_json::from_str(file).expect("a calendar file has the shape of a calendar")
}

const FILES: [&str; 5] = [
    include_str!("../../calendars/2023.json"),
    include_str!("../../calendars/2024.json"),
    include_str!("../../calendars/2025.json"),
    include_str!("../../calendars/2026.json"),
    include_str!("../../calendars/2027.json"),
];

#[cfg(test)]
pub mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    pub fn almaty() -> TimeZone {
        TimeZone::get("Asia/Almaty").expect("the zone")
    }

    fn noon(date: Date) -> Timestamp {
        date.at(12, 0, 0, 0)
            .to_zoned(almaty())
            .expect("a time")
            .timestamp()
    }

    fn due_day(event: Date, working_days: u32) -> Date {
        let term = WorkCalendar::published().term(noon(event), working_days, &almaty());
        term.expect("a term").last_day
    }

    fn days_off_in_the_week(year: i16) -> Vec<(i8, i8)> {
        let days = &WorkCalendar::published().year(year).expect("the year").days;
        let is_in_week =
            |date: Date| !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        let off = days
            .iter()
            .filter(|day| day.kind != Kind::WorkingWeekend && is_in_week(day.date));
        off.map(|day| (day.date.month(), day.date.day())).collect()
    }

    #[test]
    fn terms_end_where_the_official_calendars_say() {
        let vectors = [
            (date(2025, 6, 5), 3, date(2025, 6, 11)),
            (date(2025, 6, 28), 3, date(2025, 7, 2)),
            (date(2025, 6, 30), 3, date(2025, 7, 3)),
            (date(2025, 7, 4), 3, date(2025, 7, 10)),
            (date(2024, 5, 3), 3, date(2024, 5, 10)),
            (date(2026, 3, 20), 3, date(2026, 3, 30)),
            (date(2026, 8, 28), 3, date(2026, 9, 2)),
            (date(2027, 3, 12), 3, date(2027, 3, 18)),
            (date(2023, 9, 22), 2, date(2023, 9, 26)),
            (date(2023, 9, 17), 7, date(2023, 9, 26)),
        ];
        for (event, working_days, due) in vectors {
            assert_eq!(
                due_day(event, working_days),
                due,
                "{event} + {working_days}"
            );
        }
    }

    #[test]
    fn a_term_ends_with_the_last_millisecond_of_the_local_day() {
        let event: Timestamp = "2025-06-30T18:59:59Z".parse().expect("an instant");
        let term = WorkCalendar::published()
            .term(event, 3, &almaty())
            .expect("a term");
        assert_eq!(term.due_time.to_string(), "2025-07-03T18:59:59.999Z");
        assert_eq!((term.working_days, term.calendar_version), (3, 1));
        assert!(!term.is_over("2025-07-03T18:59:59.999999Z".parse().expect("an instant")));
        assert!(term.is_over("2025-07-03T19:00:00Z".parse().expect("an instant")));
    }

    #[test]
    fn an_event_belongs_to_its_local_day() {
        let after_local_midnight: Timestamp = "2025-06-30T19:00:00Z".parse().expect("an instant");
        let term = WorkCalendar::published()
            .term(after_local_midnight, 3, &almaty())
            .expect("a term");
        assert_eq!(term.last_day, date(2025, 7, 4));
    }

    #[test]
    fn the_day_on_which_the_clock_was_put_back_ends_when_it_ended() {
        let term = WorkCalendar::published()
            .term(noon(date(2024, 2, 28)), 1, &almaty())
            .expect("a term");
        assert_eq!(term.due_time.to_string(), "2024-02-29T18:59:59.999Z");
    }

    #[test]
    fn the_days_off_of_each_year_are_those_published() {
        let of_2025 = [
            (1, 1),
            (1, 2),
            (1, 3),
            (1, 7),
            (3, 10),
            (3, 21),
            (3, 24),
            (3, 25),
            (5, 1),
            (5, 7),
            (5, 9),
            (6, 6),
            (7, 7),
            (9, 1),
            (10, 27),
            (12, 16),
        ];
        let of_2026 = [
            (1, 1),
            (1, 2),
            (1, 7),
            (3, 9),
            (3, 23),
            (3, 24),
            (3, 25),
            (5, 1),
            (5, 7),
            (5, 11),
            (5, 27),
            (7, 6),
            (10, 26),
            (12, 16),
        ];
        let of_2027 = [
            (1, 1),
            (1, 4),
            (1, 7),
            (3, 8),
            (3, 15),
            (3, 22),
            (3, 23),
            (3, 24),
            (5, 3),
            (5, 7),
            (5, 10),
            (7, 6),
            (10, 25),
            (12, 16),
        ];
        assert_eq!(days_off_in_the_week(2025), of_2025);
        assert_eq!(days_off_in_the_week(2026), of_2026);
        assert_eq!(days_off_in_the_week(2027), of_2027);
    }

    #[test]
    fn traded_weekends_are_worked_and_christmas_and_qurban_ait_are_never_carried() {
        let is_working = |date| {
            WorkCalendar::published()
                .is_working_day(date)
                .expect("a table")
        };
        for worked in [date(2023, 7, 1), date(2024, 5, 4), date(2025, 1, 5)] {
            assert!(is_working(worked), "{worked}");
        }
        for after in [
            date(2024, 1, 8),
            date(2023, 1, 9),
            date(2024, 6, 17),
            date(2027, 5, 17),
        ] {
            assert!(is_working(after), "{after}");
        }
        assert!(
            is_working(date(2026, 8, 31)),
            "30 August is no day off any more"
        );
    }

    #[test]
    fn a_year_without_a_table_is_refused_and_not_guessed() {
        let calendar = WorkCalendar::published();
        assert_eq!(
            calendar.is_working_day(date(2028, 1, 5)),
            Err(Refusal::CalendarMissing { year: 2028 })
        );
        let reaching = calendar.term(noon(date(2027, 12, 30)), 3, &almaty());
        assert_eq!(reaching, Err(Refusal::CalendarMissing { year: 2028 }));
        assert!(
            calendar
                .term(noon(date(2027, 12, 28)), 3, &almaty())
                .is_ok()
        );
    }

    #[test]
    fn a_newer_table_replaces_the_year_and_is_named_in_the_term() {
        let mut year = WorkCalendar::published()
            .year(2027)
            .expect("the year")
            .clone();
        year.version = 2;
        let holiday = CalendarDay {
            date: date(2027, 5, 17),
            ..year.days[0].clone()
        };
        year.days.push(holiday);
        let calendar = WorkCalendar::published().clone().with(year);
        let term = calendar
            .term(noon(date(2027, 5, 14)), 1, &almaty())
            .expect("a term");
        assert_eq!(
            (term.last_day, term.calendar_version),
            (date(2027, 5, 18), 2)
        );
    }

    #[test]
    fn every_day_has_its_name_its_year_and_its_place() {
        for year in WorkCalendar::published().years.values() {
            assert!(
                year.days
                    .iter()
                    .all(|day| day.title.is_complete() && day.date.year() == year.year)
            );
            assert!(
                year.days.windows(2).all(|pair| pair[0].date < pair[1].date),
                "{}",
                year.year
            );
            for day in &year.days {
                assert_eq!(
                    day.kind == Kind::Observed,
                    day.carried_from.is_some(),
                    "{}",
                    day.date
                );
                let traded = matches!(day.kind, Kind::TransferredOff | Kind::WorkingWeekend);
                assert_eq!(traded, day.exchanged_with.is_some(), "{}", day.date);
            }
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn span(from: &str, until: &str) -> Span {
        Span {
            from: at(from),
            until: at(until),
        }
    }

    #[test]
    fn a_term_goes_on_with_the_working_days_that_were_left() {
        // Monday, 2 June 2025, and three working days: Thursday.
        let event = "2025-06-02T05:00:00+05:00";
        let table = [
            // On one day: nothing moves.
            (
                "2025-06-03T09:00:00+05:00",
                "2025-06-03T18:00:00+05:00",
                date(2025, 6, 5),
            ),
            // Two working days were left on Tuesday; resumed on Thursday. The 6th is Qurban Ait.
            (
                "2025-06-03T09:00:00+05:00",
                "2025-06-05T09:00:00+05:00",
                date(2025, 6, 10),
            ),
            // Nothing was left but Thursday itself: the day of the resumption, if it is worked.
            (
                "2025-06-05T09:00:00+05:00",
                "2025-06-10T09:00:00+05:00",
                date(2025, 6, 10),
            ),
            (
                "2025-06-05T09:00:00+05:00",
                "2025-06-07T09:00:00+05:00",
                date(2025, 6, 9),
            ),
            // It had passed before.
            (
                "2025-06-10T09:00:00+05:00",
                "2025-06-20T09:00:00+05:00",
                date(2025, 6, 5),
            ),
        ];
        for (from, until, last_day) in table {
            let term = WorkCalendar::published()
                .term_with_pauses(at(event), 3, &[span(from, until)], &almaty())
                .expect("a term");
            assert_eq!(term.last_day, last_day, "{from} to {until}");
            assert_eq!(term.working_days, 3);
        }
    }

    #[test]
    fn working_time_is_that_of_working_days_without_pauses() {
        let calendar = WorkCalendar::published();
        let of = |from: &str, until: &str, pauses: &[Span]| {
            let time = calendar.working_time(at(from), at(until), pauses, &almaty());
            time.expect("a time").as_mins()
        };
        // Thursday noon to Monday noon; Friday is Qurban Ait, then a weekend.
        let (thursday, monday) = ("2025-06-05T12:00:00+05:00", "2025-06-09T12:00:00+05:00");
        assert_eq!(of(thursday, monday, &[]), 24 * 60);
        let pause = span("2025-06-05T18:00:00+05:00", "2025-06-09T06:00:00+05:00");
        assert_eq!(of(thursday, monday, &[pause]), 12 * 60);
        assert_eq!(of(monday, thursday, &[]), 0);
    }

    fn any_event() -> impl Strategy<Value = Timestamp> {
        (0..4 * 365 * 24 * 60i64).prop_map(|minutes| {
            noon(date(2023, 1, 2))
                .saturating_add(SignedDuration::from_mins(minutes))
                .expect("an instant")
        })
    }

    fn term_of(event: Timestamp, working_days: u32) -> Term {
        WorkCalendar::published()
            .term(event, working_days, &almaty())
            .expect("a term")
    }

    proptest! {
        #[test]
        fn a_later_event_is_never_due_earlier(one in any_event(), other in any_event(), working_days in 0..30u32) {
            let (earlier, later) = (one.min(other), one.max(other));
            prop_assert!(term_of(earlier, working_days).due_time <= term_of(later, working_days).due_time);
        }

        #[test]
        fn a_pause_never_shortens_a_term(event in any_event(), after in 0..20_000i64, minutes in 0..20_000i64, working_days in 1..10u32) {
            let from = event + SignedDuration::from_mins(after);
            let pause = Span { from, until: from + SignedDuration::from_mins(minutes) };
            let paused = WorkCalendar::published()
                .term_with_pauses(event, working_days, &[pause], &almaty())
                .expect("a term");
            prop_assert!(paused.due_time >= term_of(event, working_days).due_time);
        }

        #[test]
        fn one_more_working_day_is_always_later(event in any_event(), working_days in 0..30u32) {
            prop_assert!(term_of(event, working_days).due_time < term_of(event, working_days + 1).due_time);
        }

        #[test]
        fn a_term_ends_on_a_working_day_after_the_event_with_as_many_between(event in any_event(), working_days in 1..30u32) {
            let term = term_of(event, working_days);
            prop_assert!(term.due_time > event);
            let calendar = WorkCalendar::published();
            prop_assert!(calendar.is_working_day(term.last_day).expect("a table"));
            let mut day = event.to_zoned(almaty()).date();
            let mut counted = 0;
            while day < term.last_day {
                day = day.saturating_add(1.day());
                counted += u32::from(calendar.is_working_day(day).expect("a table"));
            }
            prop_assert_eq!(counted, working_days);
        }
    }
}
