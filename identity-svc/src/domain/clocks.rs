//! The clocks of a place: times as people there read them, and whose time it is in words.

use chassis::clock::astana;
use chassis::text::{Language, Texts};
use jiff::Timestamp;
use jiff::tz::TimeZone;

pub(super) struct Clocks(pub TimeZone);

impl Clocks {
    /// A zone that nobody knows is read as Astana's, and said to be.
    pub fn of(zone: &str) -> Self {
        Self(TimeZone::get(zone).unwrap_or_else(|_| astana()))
    }

    /// `30.06.2026 23:59`.
    pub fn time(&self, time: Timestamp) -> String {
        let there = time.to_zoned(self.0.clone());
        there.strftime("%d.%m.%Y %H:%M").to_string()
    }

    /// Astana time where the clocks show the same, or the time of the place with its distance from UTC.
    pub fn words(&self, time: Timestamp, texts: &Texts, language: Language) -> String {
        let offset = self.0.to_offset(time);
        if offset == astana().to_offset(time) {
            return texts
                .message(language, "clocks-of-astana", [])
                .unwrap_or_default();
        }
        let offset = [("offset", written(offset.seconds()).into())];
        texts
            .message(language, "clocks-of-the-place", offset)
            .unwrap_or_default()
    }
}

/// `UTC+3`, `UTC+5:30`.
fn written(seconds: i32) -> String {
    let sign = if seconds < 0 { '−' } else { '+' };
    let minutes = seconds.abs() / 60;
    match (minutes / 60, minutes % 60) {
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Timestamp {
        time.parse().expect("an instant")
    }

    fn said(zone: &str, time: &str, language: Language) -> (String, String) {
        let (clocks, time) = (Clocks::of(zone), at(time));
        let words = clocks.words(time, &crate::MESSAGE_TEXTS, language);
        (clocks.time(time), words)
    }

    #[test]
    fn a_place_in_another_zone_has_its_own_time_with_the_distance_named() {
        let noon = "2026-06-10T07:00:00Z";
        let table = [
            ("Asia/Almaty", "10.06.2026 12:00", "Astana time"),
            // One zone in all of Kazakhstan since March 2024.
            ("Asia/Qyzylorda", "10.06.2026 12:00", "Astana time"),
            (
                "Europe/Istanbul",
                "10.06.2026 10:00",
                "time of the place, UTC+3",
            ),
            (
                "Asia/Kolkata",
                "10.06.2026 12:30",
                "time of the place, UTC+5:30",
            ),
            (
                "America/New_York",
                "10.06.2026 03:00",
                "time of the place, UTC−4",
            ),
            ("Mars/Olympus", "10.06.2026 12:00", "Astana time"),
            ("", "10.06.2026 12:00", "Astana time"),
        ];
        for (zone, time, words) in table {
            let expected = (time.to_owned(), words.to_owned());
            assert_eq!(said(zone, noon, Language::En), expected, "{zone}");
        }
    }

    #[test]
    fn places_that_were_an_hour_apart_before_2024_say_so() {
        let before = "2023-06-10T06:00:00Z";
        let (time, words) = said("Asia/Aqtau", before, Language::Ru);
        assert_eq!(
            (time.as_str(), words.as_str()),
            ("10.06.2023 11:00", "по местному времени, UTC+5")
        );
        let (time, words) = said("Asia/Almaty", before, Language::Kk);
        assert_eq!(
            (time.as_str(), words.as_str()),
            ("10.06.2023 12:00", "Астана уақытымен")
        );
    }
}
