//! Saved filters, each person's own.

use chassis::clock::{from_us, to_us};
use chassis::database::{Tx, execute, query_all, query_one};
use chassis::error::{Error, Result};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A filter under its title.
pub struct Saved {
    pub id: Uuid,
    pub title: String,
    /// In the bytes of the contract.
    pub filter: Vec<u8>,
    pub create_time: Timestamp,
}

/// Where a page went to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Key(i64, String);

impl Saved {
    pub fn key(&self) -> Key {
        Key(to_us(self.create_time), self.id.to_string())
    }
}

pub async fn count<C: ConnectionTrait>(on: &C, owner: &str) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS saved FROM saved_filter WHERE owner = $1";
    match query_one(on, sql, [owner.into()]).await? {
        Some(row) => Ok(row.try_get("", "saved")?),
        None => Ok(0),
    }
}

pub async fn insert(tx: &Tx, owner: &str, saved: &Saved) -> Result<()> {
    let sql = "INSERT INTO saved_filter (id, owner, title, filter, create_us)
         VALUES ($1, $2, $3, $4, $5)";
    let values = [
        saved.id.to_string().into(),
        owner.into(),
        saved.title.as_str().into(),
        saved.filter.clone().into(),
        to_us(saved.create_time).into(),
    ];
    execute(tx, sql, values).await?;
    Ok(())
}

/// The oldest first.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    owner: &str,
    after: Option<Key>,
    limit: u64,
) -> Result<Vec<Saved>> {
    let Key(time, id) = after.unwrap_or(Key(i64::MIN, String::new()));
    let sql = "SELECT id, title, filter, create_us FROM saved_filter
         WHERE owner = $1 AND (create_us, id) > ($2, $3) ORDER BY create_us, id LIMIT $4";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query_all(
        on,
        sql,
        [owner.into(), time.into(), id.into(), limit.into()],
    )
    .await?;
    rows.iter().map(read).collect()
}

/// One's own only.
pub async fn find<C: ConnectionTrait>(on: &C, owner: &str, id: Uuid) -> Result<Option<Saved>> {
    let sql = "SELECT id, title, filter, create_us FROM saved_filter WHERE owner = $1 AND id = $2";
    let row = query_one(on, sql, [owner.into(), id.to_string().into()]).await?;
    row.as_ref().map(read).transpose()
}

/// False where somebody was faster.
pub async fn delete(tx: &Tx, owner: &str, id: Uuid) -> Result<bool> {
    let sql = "DELETE FROM saved_filter WHERE owner = $1 AND id = $2";
    let gone = execute(tx, sql, [owner.into(), id.to_string().into()]).await?;
    Ok(gone.rows_affected() == 1)
}

fn read(row: &QueryResult) -> Result<Saved> {
    let id: String = row.try_get("", "id")?;
    Ok(Saved {
        id: Uuid::parse_str(&id).map_err(|error| Error::Internal(error.into()))?,
        title: row.try_get("", "title")?,
        filter: row.try_get("", "filter")?,
        create_time: from_us(row.try_get("", "create_us")?),
    })
}
