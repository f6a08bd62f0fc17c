//! Rows of colleges: their profiles.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::identifier::Bin;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

use super::{json, time, unexpected, write_json};
use crate::domain::college::College;

/// A college with what only the row knows.
#[derive(Debug, Clone)]
pub struct Kept {
    pub bin: Bin,
    pub college: College,
    pub update_time: Timestamp,
    pub version: i64,
    /// Where it stands in a list.
    pub place: String,
}

pub async fn find<C: ConnectionTrait>(on: &C, bin: &str) -> Result<Option<Kept>> {
    let row = query_one(on, "SELECT * FROM college WHERE bin = $1", [bin.into()]).await?;
    row.as_ref().map(read).transpose()
}

pub async fn lock(tx: &Tx, bin: &str) -> Result<Option<Kept>> {
    let sql = format!("SELECT * FROM college WHERE bin = $1{}", for_update(tx));
    let row = query_one(tx, &sql, [bin.into()]).await?;
    row.as_ref().map(read).transpose()
}

/// Keeps a profile: the first, or the one after `version`. False where somebody was faster.
pub async fn put(
    tx: &Tx,
    bin: Bin,
    college: &College,
    version: i64,
    now: Timestamp,
) -> Result<bool> {
    let put = execute(
        tx,
        "INSERT INTO college (bin, profile, region, place, updated_us, version)
         VALUES ($1, $2, $3, $4, $5, 1)
         ON CONFLICT (bin) DO UPDATE SET profile = excluded.profile, region = excluded.region,
            place = excluded.place, updated_us = excluded.updated_us, version = college.version + 1
         WHERE college.version = $6",
        [
            bin.to_string().into(),
            write_json(college)?.into(),
            college.region.as_str().into(),
            college.place().into(),
            to_us(now).into(),
            version.into(),
        ],
    )
    .await?;
    Ok(put.rows_affected() == 1)
}

/// By the Kazakh alphabet, after the place and the BIN of the last one seen. An empty region is no filter.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    region: &str,
    after: Option<(String, String)>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let (place, bin) = after.unwrap_or_default();
    let rows = query_all(
        on,
        "SELECT * FROM college WHERE ($1 = '' OR region = $1)
            AND (place > $2 OR (place = $2 AND bin > $3))
         ORDER BY place, bin LIMIT $4",
        [
            region.into(),
            place.into(),
            bin.into(),
            i64::try_from(limit).unwrap_or(i64::MAX).into(),
        ],
    )
    .await?;
    rows.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<Kept> {
    let bin: String = row.try_get("", "bin")?;
    Ok(Kept {
        bin: Bin::parse(&bin).map_err(|_| unexpected("BIN"))?,
        college: json(row, "profile")?,
        update_time: time(row, "updated_us")?,
        version: row.try_get("", "version")?,
        place: row.try_get("", "place")?,
    })
}
