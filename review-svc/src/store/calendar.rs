//! The calendars in force: those of the program and its folder, with newer ones that were published.

use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::error::{Error, Result};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

use crate::domain::calendar::{Status, WorkCalendar, YearCalendar};

/// All years, and how many publications there were when they were read.
#[derive(Debug, Clone)]
pub struct InForce {
    pub calendar: WorkCalendar,
    pub sequence: i64,
}

/// A published year replaces those of the program up to its version.
pub async fn in_force<C: ConnectionTrait>(on: &C, program: &WorkCalendar) -> Result<InForce> {
    let sql = "SELECT c.sequence, c.year, c.version, c.source, c.days FROM work_calendar c
         WHERE c.version = (SELECT MAX(o.version) FROM work_calendar o WHERE o.year = c.year)
         ORDER BY c.sequence";
    let mut read = InForce {
        calendar: program.clone(),
        sequence: 0,
    };
    for row in query_all(on, sql, []).await? {
        let year = year(&row)?;
        let known = read.calendar.year(year.year).map_or(0, |it| it.version);
        if year.version > known {
            read.calendar = read.calendar.with(year);
        }
        read.sequence = row.try_get("", "sequence")?;
    }
    Ok(read)
}

/// Lets one publisher on at a time, until the transaction ends.
pub async fn lock(tx: &Tx) -> Result<()> {
    let sql = format!(
        "SELECT sequence FROM work_calendar_head WHERE id = 1{}",
        for_update(tx)
    );
    query_one(tx, &sql, []).await?;
    Ok(())
}

/// Publishes a version of a year; the publisher holds the lock.
pub async fn insert(tx: &Tx, year: &YearCalendar, now: Timestamp) -> Result<i64> {
    let sql = "UPDATE work_calendar_head SET sequence = sequence + 1 WHERE id = 1
         RETURNING sequence";
    let row = query_one(tx, sql, []).await?;
    let head = row.ok_or_else(|| Error::Internal(anyhow::anyhow!("calendars have no head")))?;
    let sequence: i64 = head.try_get("", "sequence")?;
    let sql = "INSERT INTO work_calendar (sequence, year, version, source, days, publish_us)
         VALUES ($1, $2, $3, $4, $5, $6)";
    let days = serde_json::to_string(&year.days).map_err(|error| Error::Internal(error.into()))?;
    let values = [
        sequence.into(),
        i32::from(year.year).into(),
        i32::try_from(year.version).unwrap_or(i32::MAX).into(),
        year.source.as_str().into(),
        days.into(),
        to_us(now).into(),
    ];
    execute(tx, sql, values).await?;
    Ok(sequence)
}

fn year(row: &QueryResult) -> Result<YearCalendar> {
    let days: String = row.try_get("", "days")?;
    Ok(YearCalendar {
        year: i16::try_from(row.try_get::<i32>("", "year")?).unwrap_or(0),
        version: u32::try_from(row.try_get::<i32>("", "version")?).unwrap_or(0),
        status: Status::Official,
        source: row.try_get("", "source")?,
        days: serde_json::from_str(&days).map_err(|error| Error::Internal(error.into()))?,
    })
}
