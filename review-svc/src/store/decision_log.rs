//! The decision log: rows that are only ever added, behind a head that one writer holds at a time.

use chassis::database::{execute, for_update, query_all, query_one};
use chassis::error::{Error, Result};
use sea_orm::{ConnectionTrait, QueryResult};

use super::task::{self, Kept};
use super::{decision, task::COLUMNS};
use crate::domain::decision_log::{Entry, Hash, Head, Subject, content};
use crate::domain::task::State;

/// A row of the log, and what the tables say of its decision now.
pub struct Logged {
    pub entry: Entry,
    pub task: String,
    /// The canonical bytes of the decision as it is kept; `None` where it can't be found or read.
    pub kept_content: Option<Vec<u8>>,
}

/// Appends the decision of a task. The head is locked until the transaction ends, so that no two
/// rows continue the same one.
pub async fn append<C: ConnectionTrait>(on: &C, kept: &Kept) -> Result<()> {
    let Some(content) = content_of(kept) else {
        return Err(broken("a task without a decision is not logged"));
    };
    let sql = format!(
        "SELECT sequence, hash FROM decision_log_head WHERE id = 1{}",
        for_update(on)
    );
    let row = query_one(on, &sql, []).await?;
    let head = read_head(&row.ok_or_else(|| broken("the decision log has no head"))?)?;
    let entry = Entry::after(head, content);
    let sql = "INSERT INTO decision_log_entry (sequence, previous_hash, content, hash, task)
               VALUES ($1, $2, $3, $4, $5)";
    let values = [
        entry.sequence.into(),
        entry.previous_hash.to_vec().into(),
        entry.content.into(),
        entry.hash.to_vec().into(),
        kept.id.to_string().into(),
    ];
    execute(on, sql, values).await?;
    let sql = "UPDATE decision_log_head SET sequence = $1, hash = $2
               WHERE id = 1 AND sequence = $1 - 1";
    let values = [entry.sequence.into(), entry.hash.to_vec().into()];
    match execute(on, sql, values).await?.rows_affected() {
        1 => Ok(()),
        _ => Err(broken("the head of the decision log moved under its lock")),
    }
}

pub async fn head<C: ConnectionTrait>(on: &C) -> Result<Head> {
    let sql = "SELECT sequence, hash FROM decision_log_head WHERE id = 1";
    match query_one(on, sql, []).await? {
        Some(row) => read_head(&row),
        None => Err(broken("the decision log has no head")),
    }
}

/// The rows after this one, each with its decision as it is kept.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    after: i64,
    until: i64,
    limit: u64,
) -> Result<Vec<Logged>> {
    let decision = decision::COLUMNS;
    let sql = format!(
        "SELECT l.sequence, l.previous_hash, l.content, l.hash, l.task, {COLUMNS}, {decision}
         FROM decision_log_entry l
         LEFT JOIN review_task t ON t.id = l.task LEFT JOIN decision d ON d.task = l.task
         WHERE l.sequence > $1 AND l.sequence <= $2 ORDER BY l.sequence LIMIT $3"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query_all(on, &sql, [after.into(), until.into(), limit.into()]).await?;
    rows.iter().map(logged).collect()
}

/// Whether a row other than the one at this place continues this hash.
pub async fn is_continued<C: ConnectionTrait>(on: &C, hash: &Hash, but: i64) -> Result<bool> {
    let sql =
        "SELECT 1 AS found FROM decision_log_entry WHERE previous_hash = $1 AND sequence <> $2";
    let values = [hash.to_vec().into(), but.into()];
    Ok(query_one(on, sql, values).await?.is_some())
}

/// Whether there is a decision that no row tells of.
pub async fn lacks_a_decision<C: ConnectionTrait>(on: &C) -> Result<bool> {
    let sql = "SELECT 1 AS found FROM decision d
         WHERE NOT EXISTS (SELECT 1 FROM decision_log_entry l WHERE l.task = d.task) LIMIT 1";
    Ok(query_one(on, sql, []).await?.is_some())
}

fn content_of(kept: &Kept) -> Option<Vec<u8>> {
    let State::Decided(decided) = &kept.task.state else {
        return None;
    };
    let subject = Subject {
        review_task: &kept.name(),
        application: &kept.application,
        submission: &kept.submission,
    };
    Some(content(subject, decided))
}

fn logged(row: &QueryResult) -> Result<Logged> {
    Ok(Logged {
        entry: Entry {
            sequence: row.try_get("", "sequence")?,
            previous_hash: hash(row, "previous_hash")?,
            content: row.try_get("", "content")?,
            hash: hash(row, "hash")?,
        },
        task: row.try_get("", "task")?,
        // What can't be read any more is not what was written: the verifier tells it.
        kept_content: task::read(row).ok().as_ref().and_then(content_of),
    })
}

fn read_head(row: &QueryResult) -> Result<Head> {
    Ok(Head {
        sequence: row.try_get("", "sequence")?,
        hash: hash(row, "hash")?,
    })
}

/// A hash of another length is none of ours: it matches nothing, and the verifier tells it.
fn hash(row: &QueryResult, column: &str) -> Result<Hash> {
    let bytes: Vec<u8> = row.try_get("", column)?;
    Ok(bytes.try_into().unwrap_or([0xff; 32]))
}

fn broken(what: &'static str) -> Error {
    Error::Internal(anyhow::anyhow!(what))
}
