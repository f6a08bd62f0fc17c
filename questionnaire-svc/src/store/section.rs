//! Rows of sections: the answers as they were saved last.

use std::collections::BTreeMap;

use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_all, query_one};
use chassis::{Error, Result};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use serde_json::Value;

use super::{json, time, unexpected};
use crate::domain::frozen::canonical;
use crate::domain::readiness::FilledSection;
use crate::domain::receive::Source;

/// A section with what only the row knows.
#[derive(Clone)]
pub struct Kept {
    pub filled: FilledSection,
    pub update_time: Timestamp,
    pub version: i64,
}

/// By the id of the section; what was never saved is not there.
pub async fn all<C: ConnectionTrait>(on: &C, application: &str) -> Result<BTreeMap<String, Kept>> {
    let sql = "SELECT * FROM section WHERE application = $1";
    let keyed = |row: &QueryResult| Ok((row.try_get("", "section")?, read(row)?));
    query_all(on, sql, [application.into()])
        .await?
        .iter()
        .map(keyed)
        .collect()
}

/// Replaces the answers; gives the section as it is now.
pub async fn save(
    tx: &Tx,
    application: &str,
    section: &str,
    filled: FilledSection,
    now: Timestamp,
) -> Result<Kept> {
    let source = match filled.source {
        Source::Applicant => "APPLICANT",
        Source::LanguageResult => "LANGUAGE_RESULT",
    };
    let row = query_one(
        tx,
        "INSERT INTO section (application, section, answers, source, updated_us, version)
         VALUES ($1, $2, $3, $4, $5, 1)
         ON CONFLICT (application, section) DO UPDATE SET answers = excluded.answers,
            source = excluded.source, updated_us = excluded.updated_us,
            version = section.version + 1
         RETURNING version",
        [
            application.into(),
            section.into(),
            canonical(&filled.answers).into(),
            source.into(),
            to_us(now).into(),
        ],
    )
    .await?;
    let row = row.ok_or_else(|| Error::Internal(anyhow::anyhow!("a section was not saved")))?;
    Ok(Kept {
        filled,
        update_time: now,
        version: row.try_get("", "version")?,
    })
}

/// The form has no such section any more; its answers were kept aside.
pub async fn remove(tx: &Tx, application: &str, section: &str) -> Result<()> {
    let sql = "DELETE FROM section WHERE application = $1 AND section = $2";
    execute(tx, sql, [application.into(), section.into()]).await?;
    Ok(())
}

fn read(row: &QueryResult) -> Result<Kept> {
    let source: String = row.try_get("", "source")?;
    let source = match source.as_str() {
        "APPLICANT" => Source::Applicant,
        "LANGUAGE_RESULT" => Source::LanguageResult,
        _ => return Err(unexpected("source of a section")),
    };
    let answers: Value = json(row, "answers")?;
    Ok(Kept {
        filled: FilledSection { answers, source },
        update_time: time(row, "updated_us")?,
        version: row.try_get("", "version")?,
    })
}
