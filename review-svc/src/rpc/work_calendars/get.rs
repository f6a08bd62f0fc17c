//! GetWorkCalendar: the days of a year that differ from an ordinary week.

use chassis::error::{Error, Result};
use chassis::name;
use chassis::violation::Violations;
use proto::google::r#type::Date;
use proto::review::v1 as pb;
use tonic::Request;

use crate::Context;
use crate::domain::calendar::{CalendarDay, Kind, YearCalendar};
use crate::rpc::localized;
use crate::store::calendar;

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetWorkCalendarRequest>,
) -> Result<pb::WorkCalendar> {
    let name = request.into_inner().name;
    let Some(year) = year(&name) else {
        return Err(Violations::one("name", "INVALID_NAME").into());
    };
    let in_force = calendar::in_force(ctx.db.read(), &ctx.calendar).await?;
    let Some(calendar) = in_force.calendar.year(year) else {
        return Err(Error::NotFound(name));
    };
    Ok(shown(calendar))
}

pub fn shown(calendar: &YearCalendar) -> pb::WorkCalendar {
    pb::WorkCalendar {
        name: format!("workCalendars/{}", calendar.year),
        version: i32::try_from(calendar.version).unwrap_or(i32::MAX),
        days: calendar.days.iter().map(day).collect(),
    }
}

/// Four digits, so that a year has one name only.
pub fn year(name: &str) -> Option<i16> {
    let [year] = name::capture::<1>("workCalendars/*", name)?;
    let is_year = year.len() == 4 && year.bytes().all(|digit| digit.is_ascii_digit());
    year.parse().ok().filter(|_| is_year)
}

fn day(day: &CalendarDay) -> pb::CalendarDay {
    use pb::calendar_day::Kind as Pb;
    let kind = match day.kind {
        Kind::Holiday => Pb::Holiday,
        Kind::Observed => Pb::Observed,
        Kind::TransferredOff => Pb::TransferredOff,
        Kind::WorkingWeekend => Pb::WorkingWeekend,
    };
    pb::CalendarDay {
        date: Some(date(day.date)),
        kind: kind.into(),
        title: Some(localized(&day.title)),
    }
}

pub fn date(date: jiff::civil::Date) -> Date {
    Date {
        year: date.year().into(),
        month: date.month().into(),
        day: date.day().into(),
    }
}
