//! Rows of documents.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_all, query_one};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

use super::{time, time_if_any, unexpected};
use crate::domain::document::{Document, State};

/// A document with what only the row knows.
#[derive(Clone)]
pub struct Kept {
    pub id: String,
    pub document: Document,
    /// Where the bytes are; `None` while they are not here.
    pub blob: Option<String>,
    pub create_time: Timestamp,
    pub upload_time: Option<Timestamp>,
    /// Whether it was taken out of the draft and only a submission shows it.
    pub is_deleted: bool,
    /// Whether a submission shows it.
    pub is_held: bool,
    pub version: i64,
}

const SELECT: &str = "SELECT d.*, a.campaign FROM document d
                      JOIN application a ON a.id = d.application WHERE";

pub async fn insert(
    tx: &Tx,
    id: &str,
    application: &str,
    document: &Document,
    now: Timestamp,
) -> Result<()> {
    execute(
        tx,
        "INSERT INTO document (id, application, section, kind, file_name, media_type, size_bytes,
            sha256, state, created_us, held, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, FALSE, 1)",
        [
            id.into(),
            application.into(),
            document.section.as_str().into(),
            document.kind.as_str().into(),
            document.file_name.as_str().into(),
            document.media_type.as_str().into(),
            i64::try_from(document.size_bytes)
                .unwrap_or(i64::MAX)
                .into(),
            document.sha256.as_str().into(),
            document.state.code().into(),
            to_us(now).into(),
        ],
    )
    .await?;
    Ok(())
}

pub async fn find<C: ConnectionTrait>(on: &C, application: &str, id: &str) -> Result<Option<Kept>> {
    let sql = format!("{SELECT} d.id = $1 AND d.application = $2");
    let row = query_one(on, &sql, [id.into(), application.into()]).await?;
    row.as_ref().map(read).transpose()
}

/// Which documents of an application a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// To its owner: those of the draft.
    Draft,
    /// To others: those of a submission, taken out of the draft or not.
    Submitted,
}

/// The documents of a draft, oldest first.
pub async fn all<C: ConnectionTrait>(on: &C, application: &str) -> Result<Vec<Kept>> {
    list(on, application, Shown::Draft, "", None, u64::MAX).await
}

/// Oldest first, after the id of the last one seen. An empty `section` is every section.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    application: &str,
    shown: Shown,
    section: &str,
    after: Option<String>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let is_shown = match shown {
        Shown::Draft => "d.deleted_us IS NULL",
        Shown::Submitted => "d.held",
    };
    let sql = format!(
        "{SELECT} d.application = $1 AND {is_shown} AND ($2 = '' OR d.section = $2)
         AND ($3 = '' OR d.id > $3) ORDER BY d.id LIMIT $4"
    );
    let values = [
        application.into(),
        section.into(),
        after.unwrap_or_default().into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    query_all(on, &sql, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Moves a document from the state it was read in. False where it is not there any more.
pub async fn save(tx: &Tx, kept: &mut Kept, was: State) -> Result<bool> {
    let saved = execute(
        tx,
        "UPDATE document SET state = $4, blob = $5, uploaded_us = $6, version = version + 1
         WHERE id = $1 AND state = $2 AND version = $3 AND deleted_us IS NULL",
        [
            kept.id.as_str().into(),
            was.code().into(),
            kept.version.into(),
            kept.document.state.code().into(),
            kept.blob.clone().into(),
            kept.upload_time.map(to_us).into(),
        ],
    )
    .await?;
    kept.version += 1;
    Ok(saved.rows_affected() == 1)
}

/// Takes a document out: for good, or out of the draft only where a submission shows it.
pub async fn remove(tx: &Tx, kept: &Kept, now: Timestamp) -> Result<()> {
    if kept.is_held {
        let sql = "UPDATE document SET deleted_us = $2, version = version + 1 WHERE id = $1";
        execute(tx, sql, [kept.id.as_str().into(), to_us(now).into()]).await?;
    } else {
        let sql = "DELETE FROM document WHERE id = $1";
        execute(tx, sql, [kept.id.as_str().into()]).await?;
    }
    Ok(())
}

/// A submission shows it from now on.
pub async fn hold(tx: &Tx, id: &str) -> Result<()> {
    let sql = "UPDATE document SET held = TRUE WHERE id = $1";
    execute(tx, sql, [id.into()]).await?;
    Ok(())
}

/// Documents announced before this whose bytes never came.
pub async fn forget_announced(tx: &Tx, before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM document WHERE state = 'UPLOADING' AND created_us < $1";
    Ok(execute(tx, sql, [to_us(before).into()])
        .await?
        .rows_affected())
}

fn read(row: &QueryResult) -> Result<Kept> {
    let text = |column: &str| row.try_get::<String>("", column);
    let id = text("id")?;
    let size: i64 = row.try_get("", "size_bytes")?;
    let document = Document {
        name: format!(
            "campaigns/{}/applications/{}/documents/{id}",
            text("campaign")?,
            text("application")?
        ),
        section: text("section")?,
        kind: text("kind")?,
        file_name: text("file_name")?,
        media_type: text("media_type")?,
        size_bytes: size.unsigned_abs(),
        sha256: text("sha256")?,
        state: state(&text("state")?)?,
    };
    Ok(Kept {
        id,
        document,
        blob: row.try_get("", "blob")?,
        create_time: time(row, "created_us")?,
        upload_time: time_if_any(row, "uploaded_us")?,
        is_deleted: time_if_any(row, "deleted_us")?.is_some(),
        is_held: row.try_get("", "held")?,
        version: row.try_get("", "version")?,
    })
}

fn state(code: &str) -> Result<State> {
    let all = [
        State::Uploading,
        State::Scanning,
        State::Clean,
        State::Infected,
        State::ScanFailed,
    ];
    let found = all.into_iter().find(|state| state.code() == code);
    found.ok_or_else(|| unexpected("state of a document"))
}
