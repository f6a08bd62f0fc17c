//! Rows of dormitories: the places of a college in an academic year.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::identifier::Bin;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

use super::unexpected;
use crate::domain::academic_year::AcademicYear;
use crate::domain::dormitory::Dormitory;

/// A dormitory with what only the row knows.
#[derive(Debug, Clone)]
pub struct Kept {
    pub bin: Bin,
    pub dormitory: Dormitory,
    /// Of the number of places: who takes one changes none.
    pub version: i64,
}

impl Kept {
    /// `colleges/{bin}/dormitoryPlaces/{academic_year}`.
    pub fn name(&self) -> String {
        name(self.bin, self.dormitory.academic_year)
    }
}

pub fn name(bin: Bin, year: AcademicYear) -> String {
    format!("colleges/{bin}/dormitoryPlaces/{}", year.year())
}

/// Keeps how many places there are, over the version that was seen; 0 where there was none. False where
/// somebody was faster, or more are given.
pub async fn put(tx: &Tx, bin: Bin, it: &Dormitory, seen: i64, now: Timestamp) -> Result<bool> {
    let sql = match seen {
        0 => {
            "INSERT INTO dormitory (bin, academic_year, places, taken, updated_us, version)
             VALUES ($1, $2, $3, 0, $4, $5 + 1) ON CONFLICT DO NOTHING"
        }
        _ => {
            "UPDATE dormitory SET places = $3, updated_us = $4, version = version + 1
             WHERE bin = $1 AND academic_year = $2 AND version = $5 AND taken <= $3"
        }
    };
    let put = execute(
        tx,
        sql,
        [
            bin.to_string().into(),
            it.academic_year.year().into(),
            it.places.into(),
            to_us(now).into(),
            seen.into(),
        ],
    )
    .await?;
    Ok(put.rows_affected() == 1)
}

/// Gives so many places. False where fewer are free: none is given then.
pub async fn take(tx: &Tx, bin: Bin, year: AcademicYear, count: i32) -> Result<bool> {
    let sql = "UPDATE dormitory SET taken = taken + $3
               WHERE bin = $1 AND academic_year = $2 AND taken + $3 <= places";
    moved(tx, sql, bin, year, count).await
}

/// Takes so many back. False where fewer were given.
pub async fn free(tx: &Tx, bin: Bin, year: AcademicYear, count: i32) -> Result<bool> {
    let sql = "UPDATE dormitory SET taken = taken - $3
               WHERE bin = $1 AND academic_year = $2 AND taken >= $3";
    moved(tx, sql, bin, year, count).await
}

async fn moved(tx: &Tx, sql: &str, bin: Bin, year: AcademicYear, count: i32) -> Result<bool> {
    let values = [bin.to_string().into(), year.year().into(), count.into()];
    Ok(execute(tx, sql, values).await?.rows_affected() == 1)
}

pub async fn lock(tx: &Tx, bin: Bin, year: AcademicYear) -> Result<Option<Kept>> {
    let sql = format!(
        "SELECT * FROM dormitory WHERE bin = $1 AND academic_year = $2{}",
        for_update(tx)
    );
    let values = [bin.to_string().into(), year.year().into()];
    let row = query_one(tx, &sql, values).await?;
    row.as_ref().map(read).transpose()
}

/// The last year first. There is a row for a year that a board could set, so they are few.
pub async fn list<C: ConnectionTrait>(on: &C, bin: Bin) -> Result<Vec<Kept>> {
    let sql = "SELECT * FROM dormitory WHERE bin = $1 ORDER BY academic_year DESC";
    let rows = query_all(on, sql, [bin.to_string().into()]).await?;
    rows.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<Kept> {
    let bin: String = row.try_get("", "bin")?;
    let year = AcademicYear::new(row.try_get("", "academic_year")?);
    Ok(Kept {
        bin: Bin::parse(&bin).map_err(|_| unexpected("BIN"))?,
        dormitory: Dormitory {
            academic_year: year.ok_or_else(|| unexpected("academic year"))?,
            places: row.try_get("", "places")?,
            taken: row.try_get("", "taken")?,
        },
        version: row.try_get("", "version")?,
    })
}
