//! The only place that knows SQL: rows of each table ⇄ the domain.

use chassis::clock::from_us;
use chassis::text::Language;
use chassis::{Error, Result};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

pub mod account;
pub mod account_opening;
pub mod email_change;
pub mod failed_sign_in;
pub mod inbox;
pub mod mail;
pub mod mail_delivery;
pub mod mail_preference;
pub mod message;
mod papers;
pub mod proof;
pub mod recovery;
pub mod registration;
pub mod role;
pub mod sealed;
pub mod session;
pub mod sign_in;
pub mod sign_in_challenge;
pub mod signatory;
pub mod signature;
pub mod signing_organisation;
pub mod staff_invitation;
pub mod throttle;

/// The place in a list ordered by time and id.
pub type Place = (i64, String);

fn id(row: &QueryResult, column: &str) -> Result<Uuid> {
    let text: String = row.try_get("", column)?;
    Uuid::parse_str(&text).map_err(|e| Error::Internal(e.into()))
}

fn time(row: &QueryResult, column: &str) -> Result<Timestamp> {
    Ok(from_us(row.try_get("", column)?))
}

fn maybe_time(row: &QueryResult, column: &str) -> Result<Option<Timestamp>> {
    Ok(row.try_get::<Option<i64>>("", column)?.map(from_us))
}

fn language(row: &QueryResult) -> Result<Language> {
    let code: String = row.try_get("", "language")?;
    Ok(Language::from_code(&code).unwrap_or_default())
}

/// What a column holds and no version of ours wrote.
fn odd(column: &str) -> Error {
    Error::Internal(anyhow::anyhow!(
        "the column {column} holds what nobody writes"
    ))
}

/// A number of rows, where the statement's only column is called `n`.
async fn count<C: ConnectionTrait>(
    on: &C,
    sql: &str,
    values: impl IntoIterator<Item = sea_orm::Value>,
) -> Result<i64> {
    let row = chassis::database::query_one(on, sql, values).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get("", "n"))?)
}

fn limit(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
