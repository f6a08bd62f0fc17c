//! The calendar file that goes with a booking: iCalendar (RFC 5545), one event.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Whether the event stands or is called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Publish,
    Cancel,
}

impl Method {
    fn as_str(self) -> &'static str {
        match self {
            Method::Publish => "PUBLISH",
            Method::Cancel => "CANCEL",
        }
    }

    fn status(self) -> &'static str {
        match self {
            Method::Publish => "CONFIRMED",
            Method::Cancel => "CANCELLED",
        }
    }

    /// The media type says the method too, as mail programs expect (RFC 6047).
    pub fn media_type(self) -> String {
        format!("text/calendar; charset=utf-8; method={}", self.as_str())
    }
}

pub struct CalendarFile<'a> {
    pub method: Method,
    /// The same for every version of an event, so that a calendar replaces it.
    pub uid: &'a str,
    pub sequence: i32,
    /// When this version was made.
    pub stamp: Timestamp,
    pub start: Timestamp,
    pub end: Timestamp,
    pub summary: &'a str,
    pub description: &'a str,
    pub location: &'a str,
    /// The mail address of who holds the event.
    pub organizer: &'a str,
}

impl CalendarFile<'_> {
    pub fn render(&self) -> String {
        let lines = [
            "BEGIN:VCALENDAR".to_owned(),
            "VERSION:2.0".to_owned(),
            "PRODID:-//Irikteu//Booking//EN".to_owned(),
            "CALSCALE:GREGORIAN".to_owned(),
            format!("METHOD:{}", self.method.as_str()),
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}", escaped(self.uid)),
            format!("SEQUENCE:{}", self.sequence),
            format!("DTSTAMP:{}", utc(self.stamp)),
            format!("DTSTART:{}", utc(self.start)),
            format!("DTEND:{}", utc(self.end)),
            format!("STATUS:{}", self.method.status()),
            format!("SUMMARY:{}", escaped(self.summary)),
            format!("DESCRIPTION:{}", escaped(self.description)),
            format!("LOCATION:{}", escaped(self.location)),
            format!("ORGANIZER:mailto:{}", self.organizer),
            "TRANSP:OPAQUE".to_owned(),
            "END:VEVENT".to_owned(),
            "END:VCALENDAR".to_owned(),
        ];
        lines.iter().map(|line| folded(line)).collect()
    }
}

fn utc(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC)
        .strftime("%Y%m%dT%H%M%SZ")
        .to_string()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            // Any other control character has no place in a text value.
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

/// A line is at most 75 octets; a longer one goes on in the next, after a space.
fn folded(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut octets = 0;
    for letter in line.chars() {
        if octets + letter.len_utf8() > 75 {
            out.push_str("\r\n ");
            octets = 1;
        }
        out.push(letter);
        octets += letter.len_utf8();
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn separators_and_line_breaks_are_escaped() {
        assert_eq!(escaped("а;б,в\\г\r\nд"), "а\\;б\\,в\\\\г\\nд");
    }

    #[test]
    fn times_are_written_in_utc() {
        let time = "2026-06-10T04:30:00Z".parse().expect("an instant");
        assert_eq!(utc(time), "20260610T043000Z");
    }

    proptest! {
        #[test]
        fn no_line_is_longer_than_75_octets_and_none_loses_a_letter(text in "[а-яa-z ,;]{0,300}") {
            let folded = folded(&text);
            prop_assert!(folded.split("\r\n").all(|line| line.len() <= 75));
            let unfolded = folded.replace("\r\n ", "");
            prop_assert_eq!(unfolded.trim_end_matches("\r\n"), text);
        }
    }
}
