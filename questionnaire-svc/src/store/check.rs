//! The queue of documents that wait for their check: rows of documents, by their states.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_one};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use super::document::{self, Kept};

/// How many wait, and how many of them may be taken up now.
pub async fn waiting<C: ConnectionTrait>(on: &C, now: Timestamp) -> Result<(i64, i64)> {
    let sql = "SELECT COUNT(*) AS n, COUNT(CASE WHEN check_due_us <= $1 THEN 1 END) AS due
               FROM document WHERE state IN ('SCANNING', 'SCAN_FAILED')";
    let row = query_one(on, sql, [to_us(now).into()]).await?;
    let Some(row) = row else { return Ok((0, 0)) };
    Ok((row.try_get("", "n")?, row.try_get("", "due")?))
}

/// Takes up the one that has waited longest; nobody else gets it until then.
pub async fn claim(tx: &Tx, now: Timestamp, until: Timestamp) -> Result<Option<Kept>> {
    // On PostgreSQL several take one each instead of waiting for each other.
    let lock = match for_update(tx) {
        "" => String::new(),
        lock => format!("{lock} SKIP LOCKED"),
    };
    let sql = format!(
        "UPDATE document SET check_due_us = $2
         WHERE id = (SELECT id FROM document
            WHERE state IN ('SCANNING', 'SCAN_FAILED') AND check_due_us <= $1
            ORDER BY uploaded_us, id LIMIT 1{lock})
         RETURNING id, application"
    );
    let Some(row) = query_one(tx, &sql, [to_us(now).into(), to_us(until).into()]).await? else {
        return Ok(None);
    };
    let (id, application): (String, String) =
        (row.try_get("", "id")?, row.try_get("", "application")?);
    document::find(tx, &application, &id).await
}

/// Nobody takes it up before this.
pub async fn from(tx: &Tx, id: &str, time: Timestamp) -> Result<()> {
    let sql = "UPDATE document SET check_due_us = $2 WHERE id = $1";
    execute(tx, sql, [id.into(), to_us(time).into()]).await?;
    Ok(())
}

/// Counts one more check that found nothing out, and tells how many there were.
pub async fn failed(tx: &Tx, id: &str) -> Result<i32> {
    let sql = "UPDATE document SET failed_checks = failed_checks + 1 WHERE id = $1
               RETURNING failed_checks";
    let row = query_one(tx, sql, [id.into()]).await?;
    Ok(row
        .map(|row| row.try_get("", "failed_checks"))
        .transpose()?
        .unwrap_or_default())
}
