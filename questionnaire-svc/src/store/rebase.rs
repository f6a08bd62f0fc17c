//! Rows of moves of drafts to another form, with the answers that were kept aside.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_all};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

use super::{json, time, write_json};
use crate::domain::form_diff::Change;
use crate::domain::rebase::SetAside;

/// A move with what only the row knows.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: String,
    pub from_revision: String,
    pub to_revision: String,
    pub changes: Vec<Change>,
    pub set_aside: Vec<SetAside>,
    pub time: Timestamp,
}

pub async fn insert(tx: &Tx, application: &str, kept: &Kept) -> Result<()> {
    execute(
        tx,
        "INSERT INTO rebase (id, application, from_revision, to_revision, changes, set_aside,
            rebased_us) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            kept.id.as_str().into(),
            application.into(),
            kept.from_revision.as_str().into(),
            kept.to_revision.as_str().into(),
            write_json(&kept.changes)?.into(),
            write_json(&kept.set_aside)?.into(),
            to_us(kept.time).into(),
        ],
    )
    .await?;
    Ok(())
}

/// Newest first, after the id of the last one seen.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    application: &str,
    after: Option<String>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let sql = "SELECT * FROM rebase WHERE application = $1 AND ($2 = '' OR id < $2)
               ORDER BY id DESC LIMIT $3";
    let values = [
        application.into(),
        after.unwrap_or_default().into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    query_all(on, sql, values).await?.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<Kept> {
    Ok(Kept {
        id: row.try_get("", "id")?,
        from_revision: row.try_get("", "from_revision")?,
        to_revision: row.try_get("", "to_revision")?,
        changes: json(row, "changes")?,
        set_aside: json(row, "set_aside")?,
        time: time(row, "rebased_us")?,
    })
}
