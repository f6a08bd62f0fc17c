//! Challenges to sign: what is to be signed is here as a hash alone.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_one};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{maybe_time, time};
use crate::domain::sign_in_challenge::SignInChallenge;

pub async fn insert(tx: &Tx, challenge: &SignInChallenge) -> Result<()> {
    let sql = "INSERT INTO sign_in_challenge (id, content_hash, created_us, expires_us)
               VALUES ($1, $2, $3, $4)";
    let values = [
        challenge.id.to_string().into(),
        challenge.content_hash.as_str().into(),
        to_us(challenge.created).into(),
        to_us(challenge.expires).into(),
    ];
    execute(tx, sql, values).await?;
    Ok(())
}

pub async fn find<C: ConnectionTrait>(on: &C, challenge: Uuid) -> Result<Option<SignInChallenge>> {
    let sql = "SELECT content_hash, created_us, expires_us, used_us FROM sign_in_challenge
               WHERE id = $1";
    let row = query_one(on, sql, [challenge.to_string().into()]).await?;
    row.map(|row| {
        Ok(SignInChallenge {
            id: challenge,
            content_hash: row.try_get("", "content_hash")?,
            created: time(&row, "created_us")?,
            expires: time(&row, "expires_us")?,
            used: maybe_time(&row, "used_us")?,
        })
    })
    .transpose()
}

/// False where it was used before or is over: of many who bring one signature one gets in.
pub async fn take(tx: &Tx, challenge: Uuid, now: Timestamp) -> Result<bool> {
    let sql = "UPDATE sign_in_challenge SET used_us = $2
               WHERE id = $1 AND used_us IS NULL AND expires_us > $2";
    let done = execute(tx, sql, [challenge.to_string().into(), to_us(now).into()]).await?;
    Ok(done.rows_affected() == 1)
}

pub async fn forget(tx: &Tx, expired_before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM sign_in_challenge WHERE expires_us < $1";
    let done = execute(tx, sql, [to_us(expired_before).into()]).await?;
    Ok(done.rows_affected())
}
