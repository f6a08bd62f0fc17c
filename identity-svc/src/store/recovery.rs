//! Recoveries of accounts.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_one};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::{id, odd, time};
use crate::domain::recovery::{Recovery, State};

const COLUMNS: &str = "id, state, iin_index, email_index, account_id, code_hash, token_hash,
    proofs_expire_us, code_tries, completion_hash, created_us, expires_us, first_from_address";

pub async fn insert(tx: &Tx, recovery: &Recovery) -> Result<()> {
    let sql = format!(
        "INSERT INTO recovery ({COLUMNS}) VALUES ($1, $2, $3, $4, NULL, '', '', $5, 0, '', $5, $6, $7)"
    );
    execute(
        tx,
        &sql,
        [
            recovery.id.to_string().into(),
            recovery.kept_state.as_str().into(),
            recovery.iin_index.as_str().into(),
            recovery.email_index.as_str().into(),
            to_us(recovery.created).into(),
            to_us(recovery.expires).into(),
            recovery.is_first.into(),
        ],
    )
    .await?;
    Ok(())
}

pub async fn find<C: ConnectionTrait>(on: &C, recovery: Uuid) -> Result<Option<Recovery>> {
    let sql = format!("SELECT {COLUMNS} FROM recovery WHERE id = $1");
    query_one(on, &sql, [recovery.to_string().into()])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// Locked until the end of the transaction.
pub async fn lock(tx: &Tx, recovery: Uuid) -> Result<Option<Recovery>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM recovery WHERE id = $1{}",
        for_update(tx)
    );
    query_one(tx, &sql, [recovery.to_string().into()])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// Whose it is, and what the mail that goes out now can prove it by.
pub async fn save_mailed(tx: &Tx, recovery: &Recovery) -> Result<()> {
    let account = recovery.account.map(|account| account.to_string());
    execute(
        tx,
        "UPDATE recovery SET account_id = $2, code_hash = $3, token_hash = $4, proofs_expire_us = $5
         WHERE id = $1 AND state = 'PENDING'",
        [
            recovery.id.to_string().into(),
            account.into(),
            recovery.code_hash.as_str().into(),
            recovery.token_hash.as_str().into(),
            to_us(recovery.proofs_expire).into(),
        ],
    )
    .await?;
    Ok(())
}

/// Proven, or proven before and its answer lost: the token given now is the only one that is good.
pub async fn save_proven(tx: &Tx, recovery: Uuid, completion_hash: &str) -> Result<()> {
    let sql = "UPDATE recovery SET state = 'PROVEN', completion_hash = $2
               WHERE id = $1 AND state IN ('PENDING', 'PROVEN')";
    let values = [recovery.to_string().into(), completion_hash.into()];
    execute(tx, sql, values).await?;
    Ok(())
}

/// Completed; others of the account are of no use any more.
pub async fn save_completed(tx: &Tx, recovery: Uuid, account: Uuid) -> Result<()> {
    let sql = "UPDATE recovery SET state = CASE WHEN id = $1 THEN 'COMPLETED' ELSE 'EXPIRED' END
               WHERE account_id = $2 AND state IN ('PENDING', 'PROVEN')";
    let values = [recovery.to_string().into(), account.to_string().into()];
    execute(tx, sql, values).await?;
    Ok(())
}

/// No recovery of the account that was begun before can be completed any more.
pub async fn expire_of(tx: &Tx, account: Uuid) -> Result<()> {
    let sql = "UPDATE recovery SET state = 'EXPIRED'
               WHERE account_id = $1 AND state IN ('PENDING', 'PROVEN')";
    execute(tx, sql, [account.to_string().into()]).await?;
    Ok(())
}

pub async fn forget(tx: &Tx, expired_before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM recovery WHERE expires_us < $1";
    Ok(execute(tx, sql, [to_us(expired_before).into()])
        .await?
        .rows_affected())
}

fn read(row: &QueryResult) -> Result<Recovery> {
    let state: String = row.try_get("", "state")?;
    let account: Option<String> = row.try_get("", "account_id")?;
    let account = account.as_deref().map(Uuid::parse_str).transpose();
    Ok(Recovery {
        id: id(row, "id")?,
        kept_state: State::from_name(&state).ok_or_else(|| odd("state"))?,
        iin_index: row.try_get("", "iin_index")?,
        email_index: row.try_get("", "email_index")?,
        account: account.map_err(|_| odd("account_id"))?,
        code_hash: row.try_get("", "code_hash")?,
        token_hash: row.try_get("", "token_hash")?,
        proofs_expire: time(row, "proofs_expire_us")?,
        code_tries: row.try_get("", "code_tries")?,
        completion_hash: row.try_get("", "completion_hash")?,
        is_first: row.try_get("", "first_from_address")?,
        created: time(row, "created_us")?,
        expires: time(row, "expires_us")?,
    })
}
