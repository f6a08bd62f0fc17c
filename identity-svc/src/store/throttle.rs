//! How often something was done lately: a count under a keyed hash of what, by whom and from where.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

use super::time;
use crate::domain::throttle::{Count, Rule};

/// Of these the counts that there are.
pub async fn find<C: ConnectionTrait>(on: &C, keys: [&str; 2]) -> Result<Vec<(String, Count)>> {
    let sql = "SELECT key, count, last_us FROM throttle WHERE key IN ($1, $2)";
    let rows = query_all(on, sql, keys.map(Into::into)).await?;
    let counts = rows
        .iter()
        .map(|row| Ok((row.try_get("", "key")?, read(row)?)));
    counts.collect()
}

/// One more; returns how many there are now.
pub async fn count(tx: &Tx, key: &str, rule: &Rule, now: Timestamp) -> Result<i64> {
    let sql = format!(
        "SELECT count, last_us FROM throttle WHERE key = $1{}",
        for_update(tx)
    );
    let before = query_one(tx, &sql, [key.into()]).await?;
    let before = before.as_ref().map(read).transpose()?;
    let counted = Count::after(before, now, rule);
    execute(
        tx,
        "INSERT INTO throttle (key, count, last_us) VALUES ($1, $2, $3)
         ON CONFLICT (key) DO UPDATE SET count = excluded.count, last_us = excluded.last_us",
        [key.into(), counted.count.into(), to_us(counted.last).into()],
    )
    .await?;
    Ok(counted.count)
}

pub async fn forget(tx: &Tx, key: &str) -> Result<()> {
    execute(tx, "DELETE FROM throttle WHERE key = $1", [key.into()]).await?;
    Ok(())
}

pub async fn forget_before(tx: &Tx, time: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM throttle WHERE last_us < $1";
    Ok(execute(tx, sql, [to_us(time).into()])
        .await?
        .rows_affected())
}

pub(super) fn read(row: &QueryResult) -> Result<Count> {
    Ok(Count {
        count: row.try_get("", "count")?,
        last: time(row, "last_us")?,
    })
}
