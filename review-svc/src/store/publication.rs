//! Decisions that are published together: marked all at once, then told of in batches.

use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::error::Result;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::task::id;

/// A task whose decision waits, with its outcome.
pub struct Waiting {
    pub id: Uuid,
    pub outcome: String,
}

/// The tasks of a campaign whose decisions wait and are not marked yet, by their term.
pub async fn waiting<C: ConnectionTrait>(on: &C, campaign: &str) -> Result<Vec<Waiting>> {
    select_waiting(on, campaign, "").await
}

/// The same, and none of them changes on the way. Two publishers lock in the same order.
pub async fn lock_waiting(tx: &Tx, campaign: &str) -> Result<Vec<Waiting>> {
    select_waiting(tx, campaign, for_update(tx)).await
}

async fn select_waiting<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    lock: &str,
) -> Result<Vec<Waiting>> {
    let sql = format!(
        "SELECT id, pending_outcome FROM review_task
         WHERE campaign = $1 AND state = 'OPEN' AND stage = 'PENDING' AND publish_us IS NULL
         ORDER BY rank_us, id{lock}"
    );
    let rows = query_all(on, &sql, [campaign.into()]).await?;
    let read = |row: &QueryResult| {
        Ok(Waiting {
            id: id(row)?,
            outcome: row.try_get("", "pending_outcome")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Marks what waits: from now on it is published, and only its turn has to come.
pub async fn mark(tx: &Tx, campaign: &str, now: Timestamp) -> Result<u64> {
    let sql = "UPDATE review_task SET publish_us = $2, version = version + 1
         WHERE campaign = $1 AND state = 'OPEN' AND stage = 'PENDING' AND publish_us IS NULL";
    let marked = execute(tx, sql, [campaign.into(), to_us(now).into()]).await?;
    Ok(marked.rows_affected())
}

/// Marked tasks whose turn has not come. On PostgreSQL they are locked, and those that another
/// publisher has are passed over.
pub async fn marked(tx: &Tx, limit: i64) -> Result<Vec<Uuid>> {
    let lock = match for_update(tx) {
        "" => "",
        _ => " FOR UPDATE SKIP LOCKED",
    };
    let sql = format!(
        "SELECT id FROM review_task
         WHERE stage = 'PENDING' AND publish_us IS NOT NULL AND state = 'OPEN'
         ORDER BY publish_us, rank_us, id LIMIT $1{lock}"
    );
    let rows = query_all(tx, &sql, [limit.into()]).await?;
    rows.iter().map(id).collect()
}

/// How many tasks of a campaign nobody has decided.
pub async fn undecided<C: ConnectionTrait>(on: &C, campaign: &str) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS undecided FROM review_task
         WHERE campaign = $1 AND state IN ('OPEN', 'CLAIMED') AND stage <> 'PENDING'";
    match query_one(on, sql, [campaign.into()]).await? {
        Some(row) => Ok(row.try_get("", "undecided")?),
        None => Ok(0),
    }
}
