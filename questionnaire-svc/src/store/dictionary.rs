//! Rows of versions of dictionaries that were imported; the first ones came with the service.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_all, query_one};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

use super::{json, time, write_json};
use crate::domain::dictionary::Entry;
use crate::domain::labels::Labels;

/// A version with what only the row knows.
#[derive(Debug, Clone)]
pub struct Kept {
    pub dictionary: String,
    pub number: i32,
    pub title: Labels,
    pub entries: Vec<Entry>,
    pub start_time: Timestamp,
    pub create_time: Timestamp,
}

/// False where somebody else took the number.
pub async fn insert(tx: &Tx, kept: &Kept) -> Result<bool> {
    let inserted = execute(
        tx,
        "INSERT INTO dictionary_version (dictionary, number, title, entries, start_us, created_us)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        [
            kept.dictionary.as_str().into(),
            kept.number.into(),
            write_json(&kept.title)?.into(),
            write_json(&kept.entries)?.into(),
            to_us(kept.start_time).into(),
            to_us(kept.create_time).into(),
        ],
    )
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// A version without its entries.
pub struct Imported {
    pub dictionary: String,
    pub number: i32,
    pub start_time: Timestamp,
}

/// How many versions there are. None is ever changed or taken away.
pub async fn count<C: ConnectionTrait>(on: &C) -> Result<i64> {
    let row = query_one(on, "SELECT COUNT(*) AS count FROM dictionary_version", []).await?;
    row.map_or(Ok(0), |row| Ok(row.try_get("", "count")?))
}

/// Every version of every dictionary.
pub async fn imported<C: ConnectionTrait>(on: &C) -> Result<Vec<Imported>> {
    let sql = "SELECT dictionary, number, start_us FROM dictionary_version";
    let read = |row: &QueryResult| {
        Ok(Imported {
            dictionary: row.try_get("", "dictionary")?,
            number: row.try_get("", "number")?,
            start_time: time(row, "start_us")?,
        })
    };
    query_all(on, sql, []).await?.iter().map(read).collect()
}

pub async fn find<C: ConnectionTrait>(
    on: &C,
    dictionary: &str,
    number: i32,
) -> Result<Option<Kept>> {
    let sql = "SELECT * FROM dictionary_version WHERE dictionary = $1 AND number = $2";
    let row = query_one(on, sql, [dictionary.into(), number.into()]).await?;
    row.as_ref().map(read).transpose()
}

/// Newest first, below the number of the last one seen.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    dictionary: &str,
    below: Option<i32>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let sql = "SELECT * FROM dictionary_version WHERE dictionary = $1 AND number < $2
               ORDER BY number DESC LIMIT $3";
    let values = [
        dictionary.into(),
        below.unwrap_or(i32::MAX).into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    query_all(on, sql, values).await?.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<Kept> {
    Ok(Kept {
        dictionary: row.try_get("", "dictionary")?,
        number: row.try_get("", "number")?,
        title: json(row, "title")?,
        entries: json(row, "entries")?,
        start_time: time(row, "start_us")?,
        create_time: time(row, "created_us")?,
    })
}
