//! Messages of the inbox: the fact, when, and whether it was read.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_all, query_one};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::{Place, count, id, inbox, limit, maybe_time, odd, time};
use crate::domain::notice::Notice;

#[derive(Debug, Clone)]
pub struct Message {
    pub id: Uuid,
    pub account: Uuid,
    pub notice: Notice,
    /// The resource it is about.
    pub about: String,
    pub created: Timestamp,
    pub read: Option<Timestamp>,
}

impl Message {
    pub fn place(&self) -> Place {
        (to_us(self.created), self.id.to_string())
    }
}

pub(super) const COLUMNS: &str = "id, account_id, notice, about, created_us, read_us";

pub async fn insert(tx: &Tx, message: &Message) -> Result<()> {
    let notice = serde_json::to_string(&message.notice).map_err(anyhow::Error::from)?;
    let change = inbox::next_change(tx, message.account, message.created).await?;
    execute(
        tx,
        "INSERT INTO message (id, account_id, notice, about, created_us, change_number)
         VALUES ($1, $2, $3, $4, $5, $6)",
        [
            message.id.to_string().into(),
            message.account.to_string().into(),
            notice.into(),
            message.about.as_str().into(),
            to_us(message.created).into(),
            change.into(),
        ],
    )
    .await?;
    Ok(())
}

/// Only the account's own.
pub async fn find<C: ConnectionTrait>(
    on: &C,
    account: Uuid,
    message: Uuid,
) -> Result<Option<Message>> {
    let sql = format!("SELECT {COLUMNS} FROM message WHERE id = $1 AND account_id = $2");
    let values = [message.to_string().into(), account.to_string().into()];
    query_one(on, &sql, values)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// Newest first.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    account: Uuid,
    unread_only: bool,
    after: Option<&Place>,
    rows: u64,
) -> Result<Vec<Message>> {
    let mut values = vec![account.to_string().into(), limit(rows).into()];
    let unread = if unread_only {
        " AND read_us IS NULL"
    } else {
        ""
    };
    let place = after.map_or("", |_| " AND (created_us, id) < ($3, $4)");
    if let Some((created_us, id)) = after {
        values.extend([(*created_us).into(), id.as_str().into()]);
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM message WHERE account_id = $1{unread}{place}
         ORDER BY created_us DESC, id DESC LIMIT $2"
    );
    query_all(on, &sql, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

pub async fn unread<C: ConnectionTrait>(on: &C, account: Uuid) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM message WHERE account_id = $1 AND read_us IS NULL";
    count(on, sql, [account.to_string().into()]).await
}

/// The first time stays, and only that is a change of the inbox.
pub async fn save_read(tx: &Tx, account: Uuid, message: Uuid, now: Timestamp) -> Result<()> {
    let sql =
        "UPDATE message SET read_us = $3 WHERE id = $1 AND account_id = $2 AND read_us IS NULL";
    let values = [
        message.to_string().into(),
        account.to_string().into(),
        to_us(now).into(),
    ];
    if execute(tx, sql, values).await?.rows_affected() == 1 {
        let change = inbox::next_change(tx, account, now).await?;
        let sql = "UPDATE message SET change_number = $2 WHERE id = $1";
        execute(tx, sql, [message.to_string().into(), change.into()]).await?;
    }
    Ok(())
}

pub(super) fn read(row: &QueryResult) -> Result<Message> {
    let notice: String = row.try_get("", "notice")?;
    Ok(Message {
        id: id(row, "id")?,
        account: id(row, "account_id")?,
        notice: serde_json::from_str(&notice).map_err(|_| odd("notice"))?,
        about: row.try_get("", "about")?,
        created: time(row, "created_us")?,
        read: maybe_time(row, "read_us")?,
    })
}
