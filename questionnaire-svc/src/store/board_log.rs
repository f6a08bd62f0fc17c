//! The log of signed acts: rows that are only ever added, behind a head that one writer holds at a time.

use chassis::chain::{Entry, Hash, Head};
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::{Error, Result};
use sea_orm::{ConnectionTrait, QueryResult};

/// Holds the head until the transaction ends: acts of colleges happen one after the other, so what one
/// looks at no other changes meanwhile.
pub async fn lock(tx: &Tx) -> Result<Head> {
    let sql = format!(
        "SELECT sequence, hash FROM board_log_head WHERE id = 1{}",
        for_update(tx)
    );
    match query_one(tx, &sql, []).await? {
        Some(row) => Ok(Head {
            sequence: row.try_get("", "sequence")?,
            hash: hash(&row, "hash")?,
        }),
        None => Err(broken("the log of signed acts has no head")),
    }
}

/// Adds a row after the head that is held.
pub async fn append(tx: &Tx, head: Head, content: Vec<u8>, board_action: &str) -> Result<()> {
    let entry = Entry::after(head, content);
    let sql = "INSERT INTO board_log_entry (sequence, previous_hash, content, hash, board_action)
               VALUES ($1, $2, $3, $4, $5)";
    let values = [
        entry.sequence.into(),
        entry.previous_hash.to_vec().into(),
        entry.content.into(),
        entry.hash.to_vec().into(),
        board_action.into(),
    ];
    execute(tx, sql, values).await?;
    let sql =
        "UPDATE board_log_head SET sequence = $1, hash = $2 WHERE id = 1 AND sequence = $1 - 1";
    let values = [entry.sequence.into(), entry.hash.to_vec().into()];
    match execute(tx, sql, values).await?.rows_affected() {
        1 => Ok(()),
        _ => Err(broken(
            "the head of the log of signed acts moved under its lock",
        )),
    }
}

/// A row with the act that it tells of.
pub struct Logged {
    pub entry: Entry,
    pub board_action: String,
    /// What was signed.
    pub signed_content: Vec<u8>,
}

/// The rows after this one.
pub async fn list<C: ConnectionTrait>(on: &C, after: i64, limit: u64) -> Result<Vec<Logged>> {
    let sql = "SELECT l.*, a.content AS signed_content FROM board_log_entry l
               JOIN board_action a ON a.id = l.board_action
               WHERE l.sequence > $1 ORDER BY l.sequence LIMIT $2";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query_all(on, sql, [after.into(), limit.into()]).await?;
    rows.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<Logged> {
    Ok(Logged {
        entry: Entry {
            sequence: row.try_get("", "sequence")?,
            previous_hash: hash(row, "previous_hash")?,
            content: row.try_get("", "content")?,
            hash: hash(row, "hash")?,
        },
        board_action: row.try_get("", "board_action")?,
        signed_content: row.try_get("", "signed_content")?,
    })
}

/// A hash of another length is none of ours: it matches nothing, and a verifier tells it.
fn hash(row: &QueryResult, column: &str) -> Result<Hash> {
    let bytes: Vec<u8> = row.try_get("", column)?;
    Ok(bytes.try_into().unwrap_or([0xff; 32]))
}

fn broken(what: &'static str) -> Error {
    Error::Internal(anyhow::anyhow!(what))
}
