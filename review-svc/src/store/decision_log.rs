//! The decision log: a chained log whose rows tell of decisions.

use chassis::chain::Log;
use chassis::database::{query_all, query_one};
use chassis::error::{Error, Result};
use sea_orm::{ConnectionTrait, QueryResult};

use super::task::{self, Kept};
use super::{decision, task::COLUMNS};
use crate::domain::decision_log::{Entry, Hash, Head, Subject, content};
use crate::domain::task::State;

const LOG: Log = Log {
    rows: "decision_log_entry",
    head: "decision_log_head",
    subject: "task",
};

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
    let head = LOG.lock(on).await?;
    LOG.append(on, head, content, &kept.id.to_string()).await
}

pub async fn head<C: ConnectionTrait>(on: &C) -> Result<Head> {
    LOG.head(on).await
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
    LOG.is_continued(on, hash, but).await
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
        entry: Entry::of(row)?,
        task: row.try_get("", "task")?,
        // What can't be read any more is not what was written: the verifier tells it.
        kept_content: task::read(row).ok().as_ref().and_then(content_of),
    })
}

fn broken(what: &'static str) -> Error {
    Error::Internal(anyhow::anyhow!(what))
}
