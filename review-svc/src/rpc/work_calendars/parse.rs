//! The days of a calendar as they are handed in: lines of text, or a list.

use chassis::violation::Violations;
use jiff::civil::Date;
use proto::review::v1 as pb;
use proto::review::v1::calendar_day::Kind as PbKind;

use crate::domain::calendar::{CalendarDay, Kind};
use crate::domain::import::{self, Line, Note};
use crate::domain::labels::Labels;

/// The most days of a list: a leap year's.
const MOST_DAYS: usize = 366;

/// The days in order and what is worth a look; what is wrong with any of them is a violation.
pub fn days(
    violations: &mut Violations,
    year: Option<i16>,
    pb: &pb::ImportWorkCalendarRequest,
) -> (Vec<CalendarDay>, Vec<Note>) {
    let lines = lines(violations, pb);
    match year {
        Some(year) => (
            import::days(year, &lines, violations),
            import::notes(&lines),
        ),
        None => (Vec::new(), Vec::new()),
    }
}

fn lines(violations: &mut Violations, pb: &pb::ImportWorkCalendarRequest) -> Vec<Line> {
    match (pb.csv.is_empty(), pb.days.len()) {
        (true, 0) => {
            violations.add("csv", "REQUIRED");
            Vec::new()
        }
        (true, 1..=MOST_DAYS) => lines_of_list(violations, &pb.days),
        (true, _) => {
            violations.add_with("days", "TOO_MANY", [("max", MOST_DAYS.to_string())]);
            Vec::new()
        }
        (false, 0) => import::lines_of_csv(&pb.csv, violations),
        // Both: nobody could say which of them counts.
        (false, _) => {
            violations.add("days", "DUPLICATE_FIELD");
            Vec::new()
        }
    }
}

fn lines_of_list(violations: &mut Violations, days: &[pb::CalendarDay]) -> Vec<Line> {
    let days = days.iter().enumerate();
    days.map(|(at, day)| line(violations, at, day)).collect()
}

fn line(violations: &mut Violations, at: usize, pb: &pb::CalendarDay) -> Line {
    let place = format!("days[{at}]");
    let date = pb.date.as_ref().ok_or("REQUIRED").and_then(date);
    let kind = match PbKind::try_from(pb.kind) {
        Ok(PbKind::Unspecified) => Err("REQUIRED"),
        Ok(PbKind::Holiday) => Ok(Kind::Holiday),
        Ok(PbKind::Observed) => Ok(Kind::Observed),
        Ok(PbKind::TransferredOff) => Ok(Kind::TransferredOff),
        Ok(PbKind::WorkingWeekend) => Ok(Kind::WorkingWeekend),
        Err(_) => Err("UNKNOWN_VALUE"),
    };
    let title = pb.title.clone().unwrap_or_default();
    Line {
        date: violations.take(&format!("{place}.date"), date),
        kind: violations.take(&format!("{place}.kind"), kind),
        title: Labels {
            kk: title.kk,
            ru: title.ru,
            en: title.en,
        },
        place,
    }
}

fn date(pb: &proto::google::r#type::Date) -> Result<Date, &'static str> {
    let parts = (
        i16::try_from(pb.year),
        i8::try_from(pb.month),
        i8::try_from(pb.day),
    );
    let (Ok(year), Ok(month), Ok(day)) = parts else {
        return Err("INVALID_FORMAT");
    };
    Date::new(year, month, day).map_err(|_| "INVALID_FORMAT")
}
