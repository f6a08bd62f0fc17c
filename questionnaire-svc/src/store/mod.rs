//! The only room that knows SQL: rows ⇄ the domain's types.
//!
//! | file | rows of |
//! |---|---|
//! | [`campaign`] | campaigns and their versions |
//! | [`form_revision`], [`dictionary`] | forms and dictionaries that did not come with the service |
//! | [`application`], [`person`] | applications, and what is known of the person behind one |
//! | [`application_number`], [`applicant_name`] | the numbers of applications that were sent; the names behind them |
//! | [`attempt`] | how often a person applies in a year |
//! | [`draft`], [`rebase`] | drafts that the clock looks at; moves of drafts to another form |
//! | [`membership`], [`disclosure`] | who is in the Reserve; what was shown of whom |
//! | [`news_item`], [`organisation`] | news; where people work |
//! | [`college`], [`specialty`], [`score_formula`] | colleges, what they offer, how they compare |
//! | [`choice`] | what applicants of colleges wish for |
//! | [`exam_sitting`] | entrance exams: sittings, and who sits in them |
//! | [`service_request`], [`dormitory`] | what is asked of colleges besides; the places of dormitories |
//! | [`board_action`], [`board_log`] | signed acts of colleges, and the log of those that happened |
//! | [`section`] | answers |
//! | [`document`], [`check`] | documents, and their queue for the check |
//! | [`loose_blob`], [`named_blob`] | blobs that no document names, and those that one does |
//! | [`submission`] | applications as they were sent |

pub mod applicant_name;
pub mod application;
pub mod application_number;
pub mod attempt;
pub mod board_action;
pub mod board_log;
pub mod campaign;
pub mod check;
pub mod choice;
pub mod college;
pub mod dictionary;
pub mod disclosure;
pub mod document;
pub mod dormitory;
pub mod draft;
pub mod exam_sitting;
pub mod form_revision;
pub mod loose_blob;
pub mod membership;
pub mod named_blob;
pub mod news_item;
pub mod organisation;
pub mod person;
pub mod rebase;
pub mod score_formula;
pub mod section;
pub mod service_request;
pub mod specialty;
pub mod submission;

use chassis::clock::from_us;
use chassis::database::query_all;
use chassis::{Error, Result};
use jiff::Timestamp;
/// Whatever a statement can be run on: the pool for reading, or a transaction.
pub use sea_orm::ConnectionTrait as Connection;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Value};
use serde::de::DeserializeOwned;

fn time(row: &QueryResult, column: &str) -> Result<Timestamp> {
    Ok(from_us(row.try_get("", column)?))
}

fn time_if_any(row: &QueryResult, column: &str) -> Result<Option<Timestamp>> {
    Ok(row.try_get::<Option<i64>>("", column)?.map(from_us))
}

fn json<T: DeserializeOwned>(row: &QueryResult, column: &str) -> Result<T> {
    read_json(&row.try_get::<String>("", column)?)
}

fn json_if_any<T: DeserializeOwned>(row: &QueryResult, column: &str) -> Result<Option<T>> {
    let text: Option<String> = row.try_get("", column)?;
    text.as_deref().map(read_json).transpose()
}

/// The error names the place, never the text: it may be personal.
fn read_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| {
        let place = (error.line(), error.column());
        Error::Internal(anyhow::anyhow!(
            "a column holds unexpected JSON at {place:?}"
        ))
    })
}

fn write_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Internal(error.into()))
}

/// Keeps rows as they are until the transaction ends; many may at once.
fn for_share<C: ConnectionTrait>(on: &C) -> &'static str {
    match on.get_database_backend() {
        DbBackend::Postgres => " FOR SHARE",
        _ => "",
    }
}

/// `$3, $4`: so many places after the first ones.
fn places(after: usize, count: usize) -> String {
    let places: Vec<_> = (after + 1..=after + count)
        .map(|it| format!("${it}"))
        .collect();
    places.join(", ")
}

/// The rows of these ids, in their order; `select` ends before its condition. Nobody asks for none.
async fn by_ids<C: ConnectionTrait>(
    on: &C,
    select: &str,
    ids: &[String],
    held: &str,
) -> Result<Vec<QueryResult>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let places = places(0, ids.len());
    let sql = format!("{select} WHERE id IN ({places}) ORDER BY id{held}");
    let values = ids.iter().map(|id| Value::from(id.as_str()));
    Ok(query_all(on, &sql, values).await?)
}

/// A value in a column that only a newer or a broken program can have written.
fn unexpected(what: &str) -> Error {
    Error::Internal(anyhow::anyhow!("an unexpected {what} in the database"))
}
