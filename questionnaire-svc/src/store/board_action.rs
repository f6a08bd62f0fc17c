//! Rows of signed acts of colleges.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::identifier::Bin;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

use super::{time, unexpected};
use crate::domain::board_action::{BoardAction, Signed, State};

/// `signatory` is who asked for it: `signatories/{signatory}`.
pub async fn insert(tx: &Tx, kept: &BoardAction, signatory: &str) -> Result<()> {
    execute(
        tx,
        "INSERT INTO board_action (id, bin, signatory, action, object, content, prepared_us,
            expires_us, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'PREPARED')",
        [
            kept.id.as_str().into(),
            kept.bin.to_string().into(),
            signatory.into(),
            kept.action.as_str().into(),
            kept.object.as_str().into(),
            kept.content.clone().into(),
            to_us(kept.prepare_time).into(),
            to_us(kept.expire_time).into(),
        ],
    )
    .await?;
    Ok(())
}

/// What comes from here to the end of the trial is undone: an act is tried before it is signed.
pub async fn begin_trial(tx: &Tx) -> Result<()> {
    tx.execute_unprepared("SAVEPOINT trial").await?;
    Ok(())
}

pub async fn end_trial(tx: &Tx) -> Result<()> {
    tx.execute_unprepared("ROLLBACK TO SAVEPOINT trial").await?;
    tx.execute_unprepared("RELEASE SAVEPOINT trial").await?;
    Ok(())
}

/// It happened, by this signature. False where it happened before or is too late: it happens once.
pub async fn done(tx: &Tx, id: &str, signed: &Signed) -> Result<bool> {
    let done = execute(
        tx,
        "UPDATE board_action SET state = 'DONE', signature = $2, cms_sha256 = $3, signed_us = $4
         WHERE id = $1 AND state = 'PREPARED' AND expires_us > $4",
        [
            id.into(),
            signed.signature.as_str().into(),
            signed.cms_sha256.clone().into(),
            to_us(signed.sign_time).into(),
        ],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes down that nobody signed in time.
pub async fn expire(tx: &Tx, now: Timestamp) -> Result<u64> {
    let sql =
        "UPDATE board_action SET state = 'EXPIRED' WHERE state = 'PREPARED' AND expires_us <= $1";
    let expired = execute(tx, sql, [to_us(now).into()]).await?;
    Ok(expired.rows_affected())
}

/// Removes what nobody signed in time.
pub async fn forget(tx: &Tx, before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM board_action WHERE state = 'EXPIRED' AND expires_us < $1";
    let gone = execute(tx, sql, [to_us(before).into()]).await?;
    Ok(gone.rows_affected())
}

pub async fn find<C: ConnectionTrait>(on: &C, id: &str) -> Result<Option<BoardAction>> {
    let row = query_one(on, "SELECT * FROM board_action WHERE id = $1", [id.into()]).await?;
    row.as_ref().map(read).transpose()
}

pub async fn lock(tx: &Tx, id: &str) -> Result<Option<BoardAction>> {
    let sql = format!("SELECT * FROM board_action WHERE id = $1{}", for_update(tx));
    let row = query_one(tx, &sql, [id.into()]).await?;
    row.as_ref().map(read).transpose()
}

/// The newest first, before the id of the last one seen.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    bin: Bin,
    before: Option<String>,
    limit: u64,
) -> Result<Vec<BoardAction>> {
    let rows = query_all(
        on,
        "SELECT * FROM board_action WHERE bin = $1 AND ($2 = '' OR id < $2)
         ORDER BY id DESC LIMIT $3",
        [
            bin.to_string().into(),
            before.unwrap_or_default().into(),
            i64::try_from(limit).unwrap_or(i64::MAX).into(),
        ],
    )
    .await?;
    rows.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<BoardAction> {
    let text = |column: &str| row.try_get::<String>("", column);
    let state = match text("state")?.as_str() {
        "PREPARED" => State::Prepared,
        "EXPIRED" => State::Expired,
        "DONE" => State::Done(Signed {
            signature: text("signature")?,
            cms_sha256: row.try_get("", "cms_sha256")?,
            sign_time: time(row, "signed_us")?,
        }),
        _ => return Err(unexpected("state of a signed act")),
    };
    Ok(BoardAction {
        id: text("id")?,
        bin: Bin::parse(&text("bin")?).map_err(|_| unexpected("BIN"))?,
        action: text("action")?,
        object: text("object")?,
        content: row.try_get("", "content")?,
        prepare_time: time(row, "prepared_us")?,
        expire_time: time(row, "expires_us")?,
        state,
    })
}
