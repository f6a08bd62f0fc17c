//! The log of signed acts: a chained log whose rows tell of acts.

use chassis::Result;
use chassis::chain::{Entry, Head, Log};
use chassis::database::{Tx, query_all};
use chassis::identifier::Bin;
use sea_orm::{ConnectionTrait, QueryResult};

use super::unexpected;

const LOG: Log = Log {
    rows: "board_log_entry",
    head: "board_log_head",
    subject: "board_action",
};

/// Holds the head until the transaction ends: acts of colleges happen one after the other, so what one
/// looks at no other changes meanwhile.
pub async fn lock(tx: &Tx) -> Result<Head> {
    LOG.lock(tx).await
}

/// Adds a row after the head that is held.
pub async fn append(tx: &Tx, head: Head, content: Vec<u8>, board_action: &str) -> Result<()> {
    LOG.append(tx, head, content, board_action).await
}

/// The head as it is now.
pub async fn head<C: ConnectionTrait>(on: &C) -> Result<Head> {
    LOG.head(on).await
}

/// A row with the act that it tells of.
pub struct Logged {
    pub entry: Entry,
    pub board_action: String,
    /// Whose act it is.
    pub bin: Bin,
    /// What was signed.
    pub signed_content: Vec<u8>,
}

/// The rows after this one, up to that one.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    after: i64,
    until: i64,
    limit: u64,
) -> Result<Vec<Logged>> {
    let sql = "SELECT l.*, a.bin, a.content AS signed_content FROM board_log_entry l
               JOIN board_action a ON a.id = l.board_action
               WHERE l.sequence > $1 AND l.sequence <= $2 ORDER BY l.sequence LIMIT $3";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query_all(on, sql, [after.into(), until.into(), limit.into()]).await?;
    rows.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<Logged> {
    let bin: String = row.try_get("", "bin")?;
    Ok(Logged {
        entry: Entry::of(row)?,
        board_action: row.try_get("", "board_action")?,
        bin: Bin::parse(&bin).map_err(|_| unexpected("BIN"))?,
        signed_content: row.try_get("", "signed_content")?,
    })
}
