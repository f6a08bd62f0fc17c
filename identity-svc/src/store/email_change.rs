//! Changes of e-mail addresses. The new address is sealed, and emptied when the change is over.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_one};
use chassis::mask::Masked;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::sealed::{self, Table};
use super::{id, odd, time};
use crate::domain::email_change::{EmailChange, State};
use crate::sealing::Sealer;

const COLUMNS: &str =
    "id, account_id, session_id, state, email_index, code_hash, token_hash, code_tries,
    created_us, expires_us, personal, data_key, master_key";

/// What is sealed.
#[derive(Default, Serialize, Deserialize)]
struct Personal {
    email: String,
}

/// The change takes the place of one that is pending.
pub async fn insert(sealer: &Sealer, tx: &Tx, change: &EmailChange) -> Result<()> {
    end_pending(tx, change.account, State::Replaced).await?;
    let personal = Personal {
        email: change.email.reveal().clone(),
    };
    let sealed = sealer.seal(Table::EmailChange.home(change.id), &personal)?;
    let sql = format!(
        "INSERT INTO email_change ({COLUMNS})
         VALUES ($1, $2, $3, $4, $5, '', '', 0, $6, $7, $8, $9, $10)"
    );
    let values = [
        change.id.to_string().into(),
        change.account.to_string().into(),
        change.session.to_string().into(),
        change.kept_state.as_str().into(),
        change.email_index.as_str().into(),
        to_us(change.created).into(),
        to_us(change.expires).into(),
        sealed.content.into(),
        sealed.data_key.into(),
        sealed.master_key.into(),
    ];
    execute(tx, &sql, values).await?;
    Ok(())
}

pub async fn find<C: ConnectionTrait>(
    sealer: &Sealer,
    on: &C,
    change: Uuid,
) -> Result<Option<EmailChange>> {
    let sql = format!("SELECT {COLUMNS} FROM email_change WHERE id = $1");
    let row = query_one(on, &sql, [change.to_string().into()]).await?;
    row.as_ref().map(|row| read(sealer, row)).transpose()
}

/// Locked until the end of the transaction.
pub async fn lock(sealer: &Sealer, tx: &Tx, change: Uuid) -> Result<Option<EmailChange>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM email_change WHERE id = $1{}",
        for_update(tx)
    );
    let row = query_one(tx, &sql, [change.to_string().into()]).await?;
    row.as_ref().map(|row| read(sealer, row)).transpose()
}

/// What the mail that goes out now can prove it by.
pub async fn save_mailed(tx: &Tx, change: Uuid, code_hash: &str, token_hash: &str) -> Result<()> {
    let sql = "UPDATE email_change SET code_hash = $2, token_hash = $3
               WHERE id = $1 AND state = 'PENDING'";
    let values = [
        change.to_string().into(),
        code_hash.into(),
        token_hash.into(),
    ];
    execute(tx, sql, values).await?;
    Ok(())
}

/// Ends the account's pending change; false where there is none.
pub async fn end_pending(tx: &Tx, account: Uuid, state: State) -> Result<bool> {
    let sql =
        "UPDATE email_change SET state = $2, personal = NULL, data_key = NULL, master_key = NULL
               WHERE account_id = $1 AND state = 'PENDING'";
    let values = [account.to_string().into(), state.as_str().into()];
    Ok(execute(tx, sql, values).await?.rows_affected() == 1)
}

/// Empties what changes that ran out know of a person.
pub async fn expire(tx: &Tx, now: Timestamp) -> Result<u64> {
    let sql = "UPDATE email_change SET state = 'EXPIRED',
                   personal = NULL, data_key = NULL, master_key = NULL
               WHERE expires_us <= $1 AND state = 'PENDING'";
    let done = execute(tx, sql, [to_us(now).into()]).await?;
    Ok(done.rows_affected())
}

pub async fn forget(tx: &Tx, expired_before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM email_change WHERE expires_us < $1";
    let done = execute(tx, sql, [to_us(expired_before).into()]).await?;
    Ok(done.rows_affected())
}

fn read(sealer: &Sealer, row: &QueryResult) -> Result<EmailChange> {
    let id_of = |column| id(row, column);
    let change = id_of("id")?;
    let personal: Personal = match sealed::of(row)? {
        Some(sealed) => sealer.open(Table::EmailChange.home(change), &sealed)?,
        None => Personal::default(),
    };
    let state: String = row.try_get("", "state")?;
    Ok(EmailChange {
        id: change,
        account: id_of("account_id")?,
        session: id_of("session_id")?,
        kept_state: State::from_name(&state).ok_or_else(|| odd("state"))?,
        email: Masked::new(personal.email),
        email_index: row.try_get("", "email_index")?,
        code_hash: row.try_get("", "code_hash")?,
        token_hash: row.try_get("", "token_hash")?,
        code_tries: row.try_get("", "code_tries")?,
        created: time(row, "created_us")?,
        expires: time(row, "expires_us")?,
    })
}
