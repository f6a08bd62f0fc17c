//! The changes of each inbox, numbered: a number is taken under the lock of the inbox's row, so
//! numbers become visible in their order.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, query_all, query_one};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::message::{self, Message};
use super::{id, limit, odd};

/// How far an inbox is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// The number of its last change.
    pub changes: i64,
    pub unread: i64,
}

/// Takes the number of the inbox's next change; others who change it wait until the end of the
/// transaction.
pub(super) async fn next_change(tx: &Tx, account: Uuid, now: Timestamp) -> Result<i64> {
    let sql = "INSERT INTO inbox (account_id, changes, changed_us) VALUES ($1, 1, $2)
               ON CONFLICT (account_id) DO UPDATE
               SET changes = inbox.changes + 1, changed_us = excluded.changed_us
               RETURNING changes";
    let row = query_one(tx, sql, [account.to_string().into(), to_us(now).into()]).await?;
    Ok(row.ok_or_else(|| odd("changes"))?.try_get("", "changes")?)
}

/// Both of one moment.
pub async fn level<C: ConnectionTrait>(on: &C, account: Uuid) -> Result<Level> {
    let sql = "SELECT COALESCE((SELECT changes FROM inbox WHERE account_id = $1), 0) AS changes,
               (SELECT COUNT(*) FROM message WHERE account_id = $1 AND read_us IS NULL) AS unread";
    let row = query_one(on, sql, [account.to_string().into()]).await?;
    let row = row.ok_or_else(|| odd("changes"))?;
    Ok(Level {
        changes: row.try_get("", "changes")?,
        unread: row.try_get("", "unread")?,
    })
}

/// What changed after one change and up to another, in order, each with its number.
pub async fn changed<C: ConnectionTrait>(
    on: &C,
    account: Uuid,
    after: i64,
    up_to: i64,
    rows: u64,
) -> Result<Vec<(i64, Message)>> {
    let sql = format!(
        "SELECT {}, change_number FROM message
         WHERE account_id = $1 AND change_number > $2 AND change_number <= $3
         ORDER BY change_number LIMIT $4",
        message::COLUMNS
    );
    let values = [
        account.to_string().into(),
        after.into(),
        up_to.into(),
        limit(rows).into(),
    ];
    query_all(on, &sql, values)
        .await?
        .iter()
        .map(|row| Ok((row.try_get("", "change_number")?, message::read(row)?)))
        .collect()
}

/// The inboxes that changed since, and how far each is.
pub async fn changed_since<C: ConnectionTrait>(
    on: &C,
    since: Timestamp,
) -> Result<Vec<(Uuid, i64)>> {
    let sql = "SELECT account_id, changes FROM inbox WHERE changed_us >= $1";
    let rows = query_all(on, sql, [to_us(since).into()]).await?;
    rows.iter()
        .map(|row| Ok((id(row, "account_id")?, row.try_get("", "changes")?)))
        .collect()
}
