//! What people want by mail: the kinds that they do not, in one column.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_one};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::time;
use crate::domain::mail_preference::MailPreference;

/// The default where nobody chose yet.
pub async fn find<C: ConnectionTrait>(on: &C, account: Uuid) -> Result<MailPreference> {
    let sql = "SELECT muted, version, updated_us FROM mail_preference WHERE account_id = $1";
    let Some(row) = query_one(on, sql, [account.to_string().into()]).await? else {
        return Ok(MailPreference::default());
    };
    let muted: String = row.try_get("", "muted")?;
    Ok(MailPreference {
        muted: muted.split_whitespace().map(str::to_owned).collect(),
        version: row.try_get("", "version")?,
        updated: Some(time(&row, "updated_us")?),
    })
}

/// Keeps a choice instead of the one it was made over; false where another is kept by now.
pub async fn save(
    tx: &Tx,
    account: Uuid,
    before: &MailPreference,
    after: &MailPreference,
    now: Timestamp,
) -> Result<bool> {
    let muted: Vec<&str> = after.muted.iter().map(String::as_str).collect();
    let sql = "INSERT INTO mail_preference (account_id, muted, version, updated_us)
               VALUES ($1, $2, $3, $4) ON CONFLICT (account_id) DO UPDATE
               SET muted = excluded.muted, version = excluded.version, updated_us = excluded.updated_us
               WHERE mail_preference.version = $5";
    let values = [
        account.to_string().into(),
        muted.join(" ").into(),
        after.version.into(),
        to_us(now).into(),
        before.version.into(),
    ];
    Ok(execute(tx, sql, values).await?.rows_affected() == 1)
}
