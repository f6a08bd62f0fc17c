//! A calendar that is handed in: lines of text or a list, checked as a whole. Whoever hands it in
//! mends all of it at once, so each line is told what is wrong with it.

use std::collections::HashMap;

use chassis::violation::Violations;
use jiff::civil::Date;

use super::calendar::{CalendarDay, Kind, is_weekend};
use super::labels::Labels;

/// The first line of a file.
pub const HEADER: &str = "date,kind,kk,ru,en";
/// The most lines of a file, with its header and empty ones.
pub const MOST_LINES: usize = 400;
/// The most bytes of a file.
pub const MOST_BYTES: usize = 64 * 1024;
/// The most characters of a day's name.
const MAX_TITLE: usize = 200;

/// A line before it is looked at: whatever could not be read was noted already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where it stands, such as `csv[3]` (lines count from 1) or `days[0]`.
    pub place: String,
    pub date: Option<Date>,
    pub kind: Option<Kind>,
    pub title: Labels,
}

/// The lines of a file. The header is line 1.
pub fn lines_of_csv(csv: &str, wrong: &mut Violations) -> Vec<Line> {
    if csv.len() > MOST_BYTES {
        wrong.add_with("csv", "TOO_LONG", [("max", MOST_BYTES.to_string())]);
        return Vec::new();
    }
    let text = csv.strip_prefix('\u{feff}').unwrap_or(csv);
    let mut rows = (1..).zip(text.lines());
    if rows
        .next()
        .is_none_or(|(_, header)| header.trim() != HEADER)
    {
        wrong.add_with("csv[1]", "WRONG_COLUMNS", [("line", "1".to_owned())]);
    }
    if text.lines().count() > MOST_LINES {
        wrong.add_with("csv", "TOO_MANY", [("max", MOST_LINES.to_string())]);
        return Vec::new();
    }
    let filled = rows.filter(|(_, row)| !row.trim().is_empty());
    filled
        .filter_map(|(number, row)| line(number, row, wrong))
        .collect()
}

fn line(number: usize, row: &str, wrong: &mut Violations) -> Option<Line> {
    let place = format!("csv[{number}]");
    let columns = columns(row);
    let Some([date, kind, kk, ru, en]) = columns.as_deref() else {
        wrong.add_with(place, "WRONG_COLUMNS", [("line", number.to_string())]);
        return None;
    };
    let date = match date.as_str() {
        "" => Err("REQUIRED"),
        // Exactly this form: `2027-3-8` is a slip, and 03/08 is two days.
        text if text.len() == 10 => text.parse().map_err(|_| "INVALID_FORMAT"),
        _ => Err("INVALID_FORMAT"),
    };
    let kind = match kind.as_str() {
        "" => Err("REQUIRED"),
        code => kind_of(code).ok_or("UNKNOWN_VALUE"),
    };
    Some(Line {
        date: wrong.take(&format!("{place}.date"), date),
        kind: wrong.take(&format!("{place}.kind"), kind),
        title: Labels {
            kk: kk.clone(),
            ru: ru.clone(),
            en: en.clone(),
        },
        place,
    })
}

fn kind_of(code: &str) -> Option<Kind> {
    Some(match code {
        "HOLIDAY" => Kind::Holiday,
        "OBSERVED" => Kind::Observed,
        "TRANSFERRED_OFF" => Kind::TransferredOff,
        "WORKING_WEEKEND" => Kind::WorkingWeekend,
        _ => return None,
    })
}

/// The columns of a row; `None` where a quote is left open or stands where none may.
fn columns(row: &str) -> Option<Vec<String>> {
    let mut columns = Vec::new();
    let mut rest = row;
    loop {
        let trimmed = rest.trim_start();
        let (column, after) = match trimmed.strip_prefix('"') {
            Some(quoted) => quoted_column(quoted)?,
            None => match rest.split_once(',') {
                Some((column, after)) => (column.trim().to_owned(), Some(after)),
                None => (rest.trim().to_owned(), None),
            },
        };
        columns.push(column);
        match after {
            Some(after) => rest = after,
            None => return Some(columns),
        }
    }
}

/// A column up to its closing quote, and what follows its comma. A quote inside is doubled.
fn quoted_column(text: &str) -> Option<(String, Option<&str>)> {
    let mut column = String::new();
    let mut rest = text;
    loop {
        let (before, after) = rest.split_once('"')?;
        column.push_str(before);
        if let Some(more) = after.strip_prefix('"') {
            column.push('"');
            rest = more;
            continue;
        }
        let after = after.trim_start();
        return match (after.is_empty(), after.strip_prefix(',')) {
            (true, _) => Some((column.trim().to_owned(), None)),
            (false, Some(after)) => Some((column.trim().to_owned(), Some(after))),
            (false, None) => None,
        };
    }
}

/// The days in order, where nothing is wrong with any line.
pub fn days(year: i16, lines: &[Line], wrong: &mut Violations) -> Vec<CalendarDay> {
    let mut seen = HashMap::new();
    for line in lines {
        let field = |name: &str| format!("{}.{name}", line.place);
        check_title(&field("title"), &line.title, wrong);
        let Some(date) = line.date else { continue };
        if date.year() != year {
            wrong.add_with(field("date"), "WRONG_YEAR", [("year", year.to_string())]);
        }
        if let Some(first) = seen.insert(date, &line.place) {
            wrong.add_with(field("date"), "REPEATED_DAY", [("first", first.clone())]);
            seen.insert(date, first);
        }
        match line.kind {
            Some(Kind::WorkingWeekend) if !is_weekend(date) => {
                wrong.add(field("kind"), "NOT_A_WEEKEND");
            }
            _ => {}
        }
    }
    let day = |line: &Line| {
        Some(CalendarDay {
            date: line.date?,
            kind: line.kind?,
            title: line.title.clone(),
            carried_from: None,
            exchanged_with: None,
        })
    };
    let mut days: Vec<_> = lines.iter().filter_map(day).collect();
    days.sort_by_key(|day| day.date);
    days
}

/// A line that changes nothing, and why it is worth a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub place: String,
    pub date: Date,
    pub reason: &'static str,
}

/// What whoever hands a calendar in may have meant otherwise. Official calendars list the holidays that
/// fall on a weekend, which is off anyway; the working day that is off for it would be a line of its own.
pub fn notes(lines: &[Line]) -> Vec<Note> {
    let note = |line: &Line| {
        let is_off = line.kind.is_some_and(|kind| kind != Kind::WorkingWeekend);
        let date = line.date.filter(|date| is_off && is_weekend(*date))?;
        Some(Note {
            place: line.place.clone(),
            date,
            reason: "WEEKEND_IS_OFF",
        })
    };
    lines.iter().filter_map(note).collect()
}

fn check_title(field: &str, title: &Labels, wrong: &mut Violations) {
    for (language, text) in [("kk", &title.kk), ("ru", &title.ru), ("en", &title.en)] {
        let field = format!("{field}.{language}");
        wrong.text(&field, text, MAX_TITLE);
        if text.chars().any(char::is_control) {
            wrong.add(field, "INVALID_FORMAT");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(year: i16, csv: &str) -> Vec<(String, &'static str)> {
        let mut wrong = Violations::new();
        let lines = lines_of_csv(csv, &mut wrong);
        days(year, &lines, &mut wrong);
        let one = |it: chassis::violation::Violation| (it.field, it.reason);
        wrong.into_iter().map(one).collect()
    }

    fn read(year: i16, csv: &str) -> Vec<CalendarDay> {
        let mut wrong = Violations::new();
        let lines = lines_of_csv(csv, &mut wrong);
        let days = days(year, &lines, &mut wrong);
        assert!(wrong.is_empty(), "{wrong:?}");
        days
    }

    #[test]
    fn a_file_is_read_in_any_order_with_quotes_a_mark_and_other_line_ends() {
        let csv = "\u{feff}date,kind,kk,ru,en\r\n2027-03-08,HOLIDAY,\"Күн, «8»\",День,\"A \"\"day\"\"\"\r\n\r\n2027-01-01,HOLIDAY,Жаңа жыл,Новый год,New Year\r\n";
        let days = read(2027, csv);
        let dates: Vec<_> = days.iter().map(|day| day.date.to_string()).collect();
        assert_eq!(dates, ["2027-01-01", "2027-03-08"]);
        assert_eq!(days[1].title.kk, "Күн, «8»");
        assert_eq!(days[1].title.en, "A \"day\"");
    }

    #[test]
    fn everything_wrong_is_told_at_once_with_its_line() {
        let csv = "date,kind,kk,ru,en
2027-03-08,HOLIDAY,Күн,День,Day
2027-03-08,HOLIDAY,Күн,День,Day
2026-12-16,HOLIDAY,Күн,День,Day
2027-05-01,HOLIDAY,Күн,День,Day
2027-03-01,WORKING_WEEKEND,Күн,День,Day
2027-02-30,PARTY,,День,Day
2027-03-09,HOLIDAY
";
        let expected = [
            ("csv[7].date", "INVALID_FORMAT"),
            ("csv[7].kind", "UNKNOWN_VALUE"),
            ("csv[8]", "WRONG_COLUMNS"),
            ("csv[3].date", "REPEATED_DAY"),
            ("csv[4].date", "WRONG_YEAR"),
            ("csv[6].kind", "NOT_A_WEEKEND"),
            ("csv[7].title.kk", "REQUIRED"),
        ];
        assert_eq!(
            told(2027, csv),
            expected.map(|(field, reason)| (field.to_owned(), reason))
        );
    }

    #[test]
    fn a_holiday_on_a_weekend_is_taken_with_a_note_and_a_worked_weekend_without() {
        let csv = "date,kind,kk,ru,en
2027-05-01,HOLIDAY,Күн,День,Day
2027-05-03,OBSERVED,Күн,День,Day
2027-05-09,TRANSFERRED_OFF,Күн,День,Day
2027-05-15,WORKING_WEEKEND,Күн,День,Day
";
        let mut wrong = Violations::new();
        let lines = lines_of_csv(csv, &mut wrong);
        assert_eq!(days(2027, &lines, &mut wrong).len(), 4);
        assert!(wrong.is_empty(), "{wrong:?}");
        let notes = notes(&lines);
        let told: Vec<_> = notes
            .iter()
            .map(|it| (it.place.as_str(), it.reason))
            .collect();
        assert_eq!(
            told,
            [("csv[2]", "WEEKEND_IS_OFF"), ("csv[4]", "WEEKEND_IS_OFF")]
        );
    }

    #[test]
    fn a_file_without_its_header_or_beyond_its_size_is_refused() {
        let headless = "2027-03-08,HOLIDAY,Күн,День,Day";
        assert_eq!(
            told(2027, headless),
            [("csv[1]".to_owned(), "WRONG_COLUMNS")]
        );
        let long = format!("{HEADER}\n{}", "\n".repeat(MOST_LINES));
        assert_eq!(told(2027, &long), [("csv".to_owned(), "TOO_MANY")]);
        assert_eq!(
            told(2027, &"x".repeat(MOST_BYTES + 1)),
            [("csv".to_owned(), "TOO_LONG")]
        );
        for row in [
            "\"2027-03-08,HOLIDAY,a,b,c",
            "\"a\"b,HOLIDAY,a,b,c",
            "2027-3-8,HOLIDAY,a,b,c",
        ] {
            assert_eq!(told(2027, &format!("{HEADER}\n{row}")).len(), 1, "{row}");
        }
    }
}
