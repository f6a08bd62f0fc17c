//! Reading columns as what they mean.

use anyhow::anyhow;
use chassis::clock::from_us;
use chassis::{Error, Result};
use jiff::Timestamp;
use sea_orm::{QueryResult, TryGetable, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::domain::certificate::terms::BySubject;

pub fn get<T: TryGetable>(row: &QueryResult, column: &str) -> Result<T> {
    Ok(row.try_get("", column)?)
}

fn broken(column: &str) -> Error {
    Error::Internal(anyhow!("column {column} holds what nobody wrote"))
}

pub fn uuid(row: &QueryResult, column: &str) -> Result<Uuid> {
    get::<String>(row, column)?
        .parse()
        .map_err(|_| broken(column))
}

pub fn maybe_uuid(row: &QueryResult, column: &str) -> Result<Option<Uuid>> {
    get::<Option<String>>(row, column)?
        .map(|text| text.parse().map_err(|_| broken(column)))
        .transpose()
}

pub fn time(row: &QueryResult, column: &str) -> Result<Timestamp> {
    get(row, column).map(from_us)
}

pub fn maybe_time(row: &QueryResult, column: &str) -> Result<Option<Timestamp>> {
    Ok(get::<Option<i64>>(row, column)?.map(from_us))
}

/// The places of these texts in a statement, `($5, $6)`, behind those that are taken; `(NULL)` for none.
pub fn places(values: &mut Vec<Value>, texts: &[&str]) -> String {
    let mut places = Vec::new();
    for text in texts {
        values.push((*text).into());
        places.push(format!("${}", values.len()));
    }
    match places.is_empty() {
        true => "(NULL)".to_owned(),
        false => format!("({})", places.join(", ")),
    }
}

/// A value the state promises to be there.
pub fn needed<T>(value: Option<T>, column: &str) -> Result<T> {
    value.ok_or_else(|| broken(column))
}

/// A word of one of the domain's enums.
pub fn word<T>(row: &QueryResult, column: &str, read: fn(&str) -> Option<T>) -> Result<T> {
    read(&get::<String>(row, column)?).ok_or_else(|| broken(column))
}

pub fn maybe_word<T>(
    row: &QueryResult,
    column: &str,
    read: fn(&str) -> Option<T>,
) -> Result<Option<T>> {
    get::<Option<String>>(row, column)?
        .map(|text| read(&text).ok_or_else(|| broken(column)))
        .transpose()
}

pub fn json<T: DeserializeOwned>(row: &QueryResult, column: &str) -> Result<T> {
    serde_json::from_str(&get::<String>(row, column)?).map_err(|_| broken(column))
}

pub fn maybe_json<T: DeserializeOwned>(row: &QueryResult, column: &str) -> Result<Option<T>> {
    get::<Option<String>>(row, column)?
        .map(|text| serde_json::from_str(&text).map_err(|_| broken(column)))
        .transpose()
}

/// Scores by subject; nothing where there are none.
pub fn by_subject(scores: &BySubject) -> Value {
    let text = (!scores.is_empty()).then(|| serde_json::to_string(scores).unwrap_or_default());
    text.into()
}

/// What [`json`] reads back.
pub fn written<T: Serialize>(value: &T) -> Result<String> {
    Ok(serde_json::to_string(value).map_err(anyhow::Error::from)?)
}

/// A day of the calendar, kept as its text.
pub fn date(row: &QueryResult, column: &str) -> Result<jiff::civil::Date> {
    get::<String>(row, column)?
        .parse()
        .map_err(|_| broken(column))
}

/// A score, where there is one.
pub fn maybe_score(row: &QueryResult, column: &str) -> Result<Option<crate::domain::score::Score>> {
    Ok(get::<Option<i64>>(row, column)?.map(crate::domain::score::Score))
}

/// A count, as it is kept.
pub fn int(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// What [`int`] wrote.
pub fn count(row: &QueryResult, column: &str) -> Result<u32> {
    u32::try_from(get::<i32>(row, column)?).map_err(|_| broken(column))
}

/// The same where there may be none.
pub fn maybe_count(row: &QueryResult, column: &str) -> Result<Option<u32>> {
    let found: Option<i32> = get(row, column)?;
    found
        .map(|it| u32::try_from(it).map_err(|_| broken(column)))
        .transpose()
}
