//! Mail moves: taken up by one sender at a time, handed over, put off, tried again.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_one};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::count;
use super::mail::{COLUMNS, Mail, Personal, read};
use super::sealed::Table;
use crate::domain::delivery::State;
use crate::sealing::Sealer;
use crate::transport::Handed;

/// A mail that is ours to hand over.
#[derive(Debug, Clone)]
pub struct Claimed {
    pub mail: Mail,
    pub attempts: i32,
    /// Tells this claim from a later one.
    claim: i64,
}

/// Takes up the mail that has waited longest. Nobody else gets it until `until`; by then it is handed
/// over or put off, or who took it is dead.
pub async fn claim(
    sealer: &Sealer,
    tx: &Tx,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Claimed>> {
    // On PostgreSQL several take one each instead of waiting for each other.
    let lock = match for_update(tx) {
        "" => String::new(),
        lock => format!("{lock} SKIP LOCKED"),
    };
    let sql = format!(
        "UPDATE mail SET state = 'SENDING', attempts = attempts + 1, claims = claims + 1, due_us = $2
         WHERE id = (SELECT id FROM mail
            WHERE state IN ('QUEUED', 'RETRYING', 'SENDING') AND due_us <= $1
            ORDER BY due_us, id LIMIT 1{lock})
         RETURNING {COLUMNS}, claims"
    );
    let Some(row) = query_one(tx, &sql, [to_us(now).into(), to_us(until).into()]).await? else {
        return Ok(None);
    };
    let posted = read(sealer, &row)?;
    Ok(Some(Claimed {
        mail: posted.mail,
        attempts: posted.attempts,
        claim: row.try_get("", "claims")?,
    }))
}

/// The mail is out of our hands; what was sent is forgotten. Nothing where another claimed it since.
pub async fn hand_over(
    sealer: &Sealer,
    tx: &Tx,
    claimed: &Claimed,
    handed: Handed,
    now: Timestamp,
) -> Result<()> {
    let mail = claimed.mail.id;
    let mut values: Vec<sea_orm::Value> = vec![
        mail.to_string().into(),
        claimed.claim.into(),
        to_us(now).into(),
    ];
    let change = match handed {
        Handed::Kept => "state = 'KEPT'",
        Handed::Sent => {
            let nothing = Personal {
                to: String::new(),
                subject: String::new(),
                body: String::new(),
                enclosures: Vec::new(),
            };
            let sealed = sealer.seal(Table::Mail.home(mail), &nothing)?;
            values.extend([
                sealed.content.into(),
                sealed.data_key.into(),
                sealed.master_key.into(),
            ]);
            "state = 'SENT', personal = $4, data_key = $5, master_key = $6"
        }
    };
    let sql = format!(
        "UPDATE mail SET {change}, sent_us = $3, failure = ''
         WHERE id = $1 AND claims = $2 AND state = 'SENDING'"
    );
    execute(tx, &sql, values).await?;
    Ok(())
}

/// An attempt came to nothing. Nothing where another claimed the mail since.
pub async fn put_off(
    tx: &Tx,
    claimed: &Claimed,
    failure: &str,
    again: Option<Timestamp>,
) -> Result<()> {
    let state = match again {
        Some(_) => State::Retrying,
        None => State::Failed,
    };
    let sql = "UPDATE mail SET state = $3, failure = $4, due_us = $5
               WHERE id = $1 AND claims = $2 AND state = 'SENDING'";
    let values = [
        claimed.mail.id.to_string().into(),
        claimed.claim.into(),
        state.as_str().into(),
        failure.into(),
        again.map_or(0, to_us).into(),
    ];
    execute(tx, sql, values).await?;
    Ok(())
}

/// Due at once, with all attempts before it; false where it is not waiting for another and not lost.
pub async fn retry(tx: &Tx, mail: Uuid, now: Timestamp) -> Result<bool> {
    let sql = "UPDATE mail SET state = 'QUEUED', attempts = 0, due_us = $2
               WHERE id = $1 AND state IN ('RETRYING', 'FAILED')";
    let done = execute(tx, sql, [mail.to_string().into(), to_us(now).into()]).await?;
    Ok(done.rows_affected() == 1)
}

/// Mails that are tried again, and those that are given up.
pub async fn depth<C: ConnectionTrait>(on: &C) -> Result<(i64, i64)> {
    let waiting = "SELECT COUNT(*) AS n FROM mail WHERE state IN ('QUEUED', 'RETRYING', 'SENDING')";
    let failed = "SELECT COUNT(*) AS n FROM mail WHERE state = 'FAILED'";
    Ok((count(on, waiting, []).await?, count(on, failed, []).await?))
}
