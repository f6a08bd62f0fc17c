//! Promo codes in the database.

use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::{Error, Result};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{one_row, row};
use crate::domain::code::Code;
use crate::domain::iin_index::IinIndex;
use crate::domain::promo_code::{PromoCode, Standing, State};
use crate::domain::test_system::TestSystem;

const SELECT: &str =
    "SELECT id, campaign, account, code, test_system, iin_index, state, redemption,
    reserved_until_us, issued_us, expires_us, version FROM promo_codes";

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid) -> Result<Option<PromoCode>> {
    one(on, "WHERE id = $1", [id.to_string().into()]).await
}

/// The code of a person in a campaign: there is at most one.
pub async fn of<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    account: Uuid,
) -> Result<Option<PromoCode>> {
    let key = [campaign.into(), account.to_string().into()];
    one(on, "WHERE campaign = $1 AND account = $2", key).await
}

pub async fn by_code<C: ConnectionTrait>(on: &C, code: &Code) -> Result<Option<PromoCode>> {
    one(on, "WHERE code = $1", [code.reveal().into()]).await
}

/// The row, locked until the transaction ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<PromoCode>> {
    let condition = format!("WHERE id = $1{}", for_update(tx));
    one(tx, &condition, [id.to_string().into()]).await
}

async fn one<C: ConnectionTrait, const N: usize>(
    on: &C,
    condition: &str,
    values: [Value; N],
) -> Result<Option<PromoCode>> {
    let found = query_one(on, &format!("{SELECT} {condition}"), values).await?;
    found.as_ref().map(read).transpose()
}

/// The codes of a person, newest first.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    account: Uuid,
    campaign: Option<&str>,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<PromoCode>> {
    let mut sql = format!("{SELECT} WHERE account = $1");
    let mut values: Vec<Value> = vec![account.to_string().into()];
    if let Some(campaign) = campaign {
        values.push(campaign.into());
        sql += &format!(" AND campaign = ${}", values.len());
    }
    if let Some(before) = before {
        values.push(before.to_string().into());
        sql += &format!(" AND id < ${}", values.len());
    }
    sql += &format!(" ORDER BY id DESC LIMIT {limit}");
    let rows = query_all(on, &sql, values).await?;
    rows.iter().map(read).collect()
}

/// False where the person has one, or where by chance the same twelve characters were drawn.
pub async fn insert(tx: &Tx, code: &PromoCode) -> Result<bool> {
    let done = execute(
        tx,
        "INSERT INTO promo_codes (id, campaign, account, code, test_system, iin_index, state,
            issued_us, expires_us, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        [
            code.id.to_string().into(),
            code.campaign.as_str().into(),
            code.account.to_string().into(),
            code.code.reveal().into(),
            code.test_system.as_str().into(),
            code.iin.as_bytes().to_vec().into(),
            code.state.standing().as_str().into(),
            to_us(code.issued).into(),
            to_us(code.expires).into(),
            code.version.into(),
        ],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Saves the state of a locked code.
pub async fn save(tx: &Tx, code: &PromoCode) -> Result<()> {
    let until = match code.state {
        State::Reserved { until, .. } => Some(to_us(until)),
        _ => None,
    };
    let done = execute(
        tx,
        "UPDATE promo_codes SET state = $2, redemption = $3, reserved_until_us = $4,
            version = version + 1
         WHERE id = $1 AND version = $5",
        [
            code.id.to_string().into(),
            code.state.standing().as_str().into(),
            code.state.redemption().map(|id| id.to_string()).into(),
            until.into(),
            code.version.into(),
        ],
    )
    .await?;
    one_row(&done)
}

/// The codes of a campaign end when it closes, and live again where they had ended with a close that holds
/// no more. A code that was tested with, revoked or spent stays as it is; so do reservations, which a
/// partner was promised. Tells how many moved.
pub async fn follow_window(
    tx: &Tx,
    campaign: &str,
    close: Timestamp,
    now: Timestamp,
) -> Result<u64> {
    let state = if close > now {
        "CASE WHEN state = 'EXPIRED' THEN 'ISSUED' ELSE state END"
    } else {
        "state"
    };
    // A redeemed one too: its redemption may be taken back, and then it is free until the close.
    let sql = format!(
        "UPDATE promo_codes SET expires_us = $2, state = {state}, version = version + 1
         WHERE campaign = $1 AND expires_us <> $2
           AND state IN ('ISSUED', 'RESERVED', 'REDEEMED', 'EXPIRED')"
    );
    let done = execute(tx, &sql, [campaign.into(), to_us(close).into()]).await?;
    Ok(done.rows_affected())
}

/// Codes whose reservation ran out and nobody wrote it down.
pub async fn lapsed<C: ConnectionTrait>(on: &C, now: Timestamp, limit: u64) -> Result<Vec<Uuid>> {
    let sql = format!(
        "SELECT id FROM promo_codes WHERE state = 'RESERVED' AND reserved_until_us <= $1
         ORDER BY reserved_until_us LIMIT {limit}"
    );
    ids(query_all(on, &sql, [to_us(now).into()]).await?)
}

/// Codes whose campaign closed before anybody used them.
pub async fn expiring<C: ConnectionTrait>(on: &C, now: Timestamp, limit: u64) -> Result<Vec<Uuid>> {
    let sql = format!(
        "SELECT id FROM promo_codes WHERE state = 'ISSUED' AND expires_us <= $1
         ORDER BY expires_us LIMIT {limit}"
    );
    ids(query_all(on, &sql, [to_us(now).into()]).await?)
}

fn ids(rows: Vec<QueryResult>) -> Result<Vec<Uuid>> {
    rows.iter().map(|found| row::uuid(found, "id")).collect()
}

fn read(found: &QueryResult) -> Result<PromoCode> {
    let code: String = row::get(found, "code")?;
    let iin: Vec<u8> = row::get(found, "iin_index")?;
    let wrong = |what: &str| Error::Internal(anyhow::anyhow!("a promo code's {what} is broken"));
    Ok(PromoCode {
        id: row::uuid(found, "id")?,
        campaign: row::get(found, "campaign")?,
        account: row::uuid(found, "account")?,
        code: Code::parse(&code).map_err(|_| wrong("code"))?,
        test_system: row::word(found, "test_system", TestSystem::from_word)?,
        iin: IinIndex::from_bytes(&iin).ok_or_else(|| wrong("index"))?,
        state: read_state(found)?,
        issued: row::time(found, "issued_us")?,
        expires: row::time(found, "expires_us")?,
        version: row::get(found, "version")?,
    })
}

fn read_state(found: &QueryResult) -> Result<State> {
    let redemption = || row::needed(row::maybe_uuid(found, "redemption")?, "redemption");
    Ok(match row::word(found, "state", Standing::from_word)? {
        Standing::Issued => State::Issued,
        Standing::Reserved => State::Reserved {
            redemption: redemption()?,
            until: row::needed(
                row::maybe_time(found, "reserved_until_us")?,
                "reserved_until_us",
            )?,
        },
        Standing::Redeemed => State::Redeemed {
            redemption: redemption()?,
        },
        Standing::ResultReceived => State::ResultReceived {
            redemption: redemption()?,
        },
        Standing::Expired => State::Expired,
        Standing::Revoked => State::Revoked,
        Standing::Void => State::Void,
    })
}
