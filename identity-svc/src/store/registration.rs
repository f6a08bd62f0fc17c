//! Registration attempts. Whose they are is sealed, and emptied when they end.

use chassis::Result;
use chassis::clock::{from_us, to_us};
use chassis::database::{Tx, execute, for_update, query_one};
use chassis::mask::Masked;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::sealed::{self, Table};
use super::{id, language, odd, time};
use crate::domain::registration::{Attempt, State};
use crate::sealing::Sealer;

const COLUMNS: &str =
    "id, state, password_hash, language, campaign, code_hash, code_expires_us, code_tries, token_hash,
    mailed_us, created_us, expires_us, personal, data_key, master_key, account_id";

/// What is sealed.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Personal {
    pub iin: String,
    pub email: String,
}

pub async fn insert(sealer: &Sealer, tx: &Tx, attempt: &Attempt) -> Result<()> {
    let personal = Personal {
        iin: attempt.iin.reveal().clone(),
        email: attempt.email.reveal().clone(),
    };
    let sealed = sealer.seal(Table::RegistrationAttempt.home(attempt.id), &personal)?;
    let sql = format!(
        "INSERT INTO registration_attempt ({COLUMNS}, iin, email)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, NULL, '', '')"
    );
    execute(
        tx,
        &sql,
        [
            attempt.id.to_string().into(),
            attempt.kept_state.as_str().into(),
            attempt.password_hash.reveal().as_str().into(),
            attempt.language.code().into(),
            attempt.campaign.clone().into(),
            attempt.code_hash.as_str().into(),
            to_us(attempt.code_expires).into(),
            attempt.code_tries.into(),
            attempt.token_hash.as_str().into(),
            to_us(attempt.mailed).into(),
            to_us(attempt.created).into(),
            to_us(attempt.expires).into(),
            sealed.content.into(),
            sealed.data_key.into(),
            sealed.master_key.into(),
        ],
    )
    .await?;
    Ok(())
}

pub async fn find<C: ConnectionTrait>(
    sealer: &Sealer,
    on: &C,
    attempt: Uuid,
) -> Result<Option<Attempt>> {
    let sql = format!("SELECT {COLUMNS} FROM registration_attempt WHERE id = $1");
    query_one(on, &sql, [attempt.to_string().into()])
        .await?
        .as_ref()
        .map(|row| read(sealer, row))
        .transpose()
}

/// Locked until the end of the transaction.
pub async fn lock(sealer: &Sealer, tx: &Tx, attempt: Uuid) -> Result<Option<Attempt>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM registration_attempt WHERE id = $1{}",
        for_update(tx)
    );
    query_one(tx, &sql, [attempt.to_string().into()])
        .await?
        .as_ref()
        .map(|row| read(sealer, row))
        .transpose()
}

pub async fn save_proven(tx: &Tx, attempt: Uuid) -> Result<()> {
    let sql = "UPDATE registration_attempt SET state = 'EMAIL_PROVEN' WHERE id = $1 AND state = 'PENDING'";
    execute(tx, sql, [attempt.to_string().into()]).await?;
    Ok(())
}

/// A new code and a new token; the ones before stop working.
pub async fn save_mailed(tx: &Tx, attempt: &Attempt) -> Result<()> {
    execute(
        tx,
        "UPDATE registration_attempt
         SET code_hash = $2, code_expires_us = $3, code_tries = 0, token_hash = $4, mailed_us = $5
         WHERE id = $1 AND state = 'PENDING'",
        [
            attempt.id.to_string().into(),
            attempt.code_hash.as_str().into(),
            to_us(attempt.code_expires).into(),
            attempt.token_hash.as_str().into(),
            to_us(attempt.mailed).into(),
        ],
    )
    .await?;
    Ok(())
}

/// The attempt made its account: what it knew of the person is there now, and not here.
pub async fn save_completed(tx: &Tx, attempt: Uuid, account: Uuid) -> Result<()> {
    let sql = "UPDATE registration_attempt
               SET state = 'COMPLETED', account_id = $2, password_hash = '',
                   personal = NULL, data_key = NULL, master_key = NULL, iin = '', email = ''
               WHERE id = $1 AND state = 'EMAIL_PROVEN'";
    execute(
        tx,
        sql,
        [attempt.to_string().into(), account.to_string().into()],
    )
    .await?;
    Ok(())
}

/// True the first time that the owners of the accounts in the way are to be told.
pub async fn save_repeat_told(tx: &Tx, attempt: Uuid, now: Timestamp) -> Result<bool> {
    let sql = "UPDATE registration_attempt SET repeat_told_us = $2 WHERE id = $1 AND repeat_told_us IS NULL";
    let done = execute(tx, sql, [attempt.to_string().into(), to_us(now).into()]).await?;
    Ok(done.rows_affected() == 1)
}

/// Empties what attempts that ran out know of a person.
pub async fn expire(tx: &Tx, now: Timestamp) -> Result<u64> {
    let sql = "UPDATE registration_attempt SET state = 'EXPIRED', password_hash = '',
                   personal = NULL, data_key = NULL, master_key = NULL, iin = '', email = ''
               WHERE expires_us <= $1 AND state IN ('PENDING', 'EMAIL_PROVEN')";
    Ok(execute(tx, sql, [to_us(now).into()]).await?.rows_affected())
}

pub async fn forget(tx: &Tx, expired_before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM registration_attempt WHERE expires_us < $1";
    Ok(execute(tx, sql, [to_us(expired_before).into()])
        .await?
        .rows_affected())
}

fn read(sealer: &Sealer, row: &QueryResult) -> Result<Attempt> {
    let id = id(row, "id")?;
    let personal: Personal = match sealed::of(row)? {
        Some(sealed) => sealer.open(Table::RegistrationAttempt.home(id), &sealed)?,
        None => Personal::default(),
    };
    let state: String = row.try_get("", "state")?;
    let account: Option<String> = row.try_get("", "account_id")?;
    Ok(Attempt {
        id,
        kept_state: State::from_name(&state).ok_or_else(|| odd("state"))?,
        iin: Masked::new(personal.iin),
        email: Masked::new(personal.email),
        password_hash: Masked::new(row.try_get("", "password_hash")?),
        language: language(row)?,
        campaign: row.try_get("", "campaign")?,
        code_hash: row.try_get("", "code_hash")?,
        code_expires: from_us(row.try_get("", "code_expires_us")?),
        code_tries: row.try_get("", "code_tries")?,
        token_hash: row.try_get("", "token_hash")?,
        mailed: time(row, "mailed_us")?,
        created: time(row, "created_us")?,
        expires: time(row, "expires_us")?,
        account: account
            .as_deref()
            .map(Uuid::parse_str)
            .transpose()
            .map_err(|_| odd("account_id"))?,
    })
}
