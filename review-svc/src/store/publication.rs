//! Decisions that are published together: marked all at once, then told of in batches.

use chassis::clock::to_us;
use chassis::database::{Tx, for_update, query_all, query_one};
use chassis::error::Result;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::task::id;

/// Decided, and in no publication yet.
const WAITS: &str = "campaign = $1 AND state = 'OPEN' AND stage = 'PENDING' AND publish_us IS NULL";

/// A task whose decision waits, with its outcome.
pub struct Waiting {
    pub id: Uuid,
    pub outcome: String,
}

/// The tasks of a campaign whose decisions wait and are not marked yet, by their term.
pub async fn waiting<C: ConnectionTrait>(on: &C, campaign: &str) -> Result<Vec<Waiting>> {
    let sql =
        format!("SELECT id, pending_outcome FROM review_task WHERE {WAITS} ORDER BY rank_us, id");
    let rows = query_all(on, &sql, [campaign.into()]).await?;
    rows.iter().map(waits).collect()
}

/// Nobody changes what waits until the transaction ends. Locked by id, as bulk changes are: whoever
/// wants the same tasks waits instead of meeting half-way.
pub async fn lock_waiting(tx: &Tx, campaign: &str) -> Result<()> {
    let sql = format!(
        "SELECT id FROM review_task WHERE {WAITS} ORDER BY id{}",
        for_update(tx)
    );
    query_all(tx, &sql, [campaign.into()]).await?;
    Ok(())
}

/// Marks what waits, and tells what it was: from now on it is published, and only its turn has to come.
pub async fn mark(tx: &Tx, campaign: &str, now: Timestamp) -> Result<Vec<Waiting>> {
    let sql = format!(
        "UPDATE review_task SET publish_us = $2, version = version + 1 WHERE {WAITS}
         RETURNING id, pending_outcome, rank_us"
    );
    let rows = query_all(tx, &sql, [campaign.into(), to_us(now).into()]).await?;
    let mut marked = Vec::with_capacity(rows.len());
    for row in &rows {
        marked.push((row.try_get::<i64>("", "rank_us")?, waits(row)?));
    }
    marked.sort_by_key(|(rank, task)| (*rank, task.id));
    Ok(marked.into_iter().map(|(_, task)| task).collect())
}

fn waits(row: &QueryResult) -> Result<Waiting> {
    Ok(Waiting {
        id: id(row)?,
        outcome: row.try_get("", "pending_outcome")?,
    })
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
