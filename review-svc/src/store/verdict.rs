//! Verdicts on sections, by task and expert.

use chassis::clock::{from_us, to_us};
use chassis::database::{Tx, execute, query_all, query_one};
use chassis::error::{Error, Result};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use crate::domain::verdict::{SectionVerdict, Verdict};

/// A verdict as it was saved.
pub struct Saved {
    pub expert: String,
    pub verdict: SectionVerdict,
    pub update_time: Timestamp,
}

/// How often this expert has saved verdicts on the task: 0 is never.
pub async fn version<C: ConnectionTrait>(on: &C, task: Uuid, expert: &str) -> Result<i64> {
    let sql = "SELECT version FROM section_review WHERE task = $1 AND expert = $2";
    match query_one(on, sql, [task.to_string().into(), expert.into()]).await? {
        Some(row) => Ok(row.try_get("", "version")?),
        None => Ok(0),
    }
}

/// All verdicts on a task, those of each expert in the order of the sections' ids.
pub async fn all<C: ConnectionTrait>(on: &C, task: Uuid) -> Result<Vec<Saved>> {
    let sql = "SELECT expert, section, verdict, note, update_us FROM section_verdict
         WHERE task = $1 ORDER BY expert, section";
    let rows = query_all(on, sql, [task.to_string().into()]).await?;
    rows.iter().map(read).collect()
}

/// What this expert holds of the sections.
pub async fn of<C: ConnectionTrait>(
    on: &C,
    task: Uuid,
    expert: &str,
) -> Result<Vec<SectionVerdict>> {
    let all = all(on, task).await?.into_iter();
    let own = all.filter(|saved| saved.expert == expert);
    Ok(own.map(|saved| saved.verdict).collect())
}

/// Saves verdicts on a locked task; those on other sections stay.
pub async fn save(
    tx: &Tx,
    task: Uuid,
    expert: &str,
    verdicts: &[SectionVerdict],
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO section_review (task, expert, version) VALUES ($1, $2, 1)
         ON CONFLICT (task, expert) DO UPDATE SET version = section_review.version + 1";
    execute(tx, sql, [task.to_string().into(), expert.into()]).await?;
    for one in verdicts {
        let sql = "INSERT INTO section_verdict (task, expert, section, verdict, note, update_us)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (task, expert, section) DO UPDATE SET verdict = excluded.verdict,
                note = excluded.note, update_us = excluded.update_us";
        let values = [
            task.to_string().into(),
            expert.into(),
            one.section.as_str().into(),
            one.verdict.code().into(),
            one.note.as_str().into(),
            to_us(now).into(),
        ];
        execute(tx, sql, values).await?;
    }
    Ok(())
}

fn read(row: &QueryResult) -> Result<Saved> {
    let code: String = row.try_get("", "verdict")?;
    let verdict = Verdict::from_code(&code)
        .ok_or_else(|| Error::Internal(anyhow::anyhow!("a verdict says {code:?}")))?;
    Ok(Saved {
        expert: row.try_get("", "expert")?,
        verdict: SectionVerdict {
            section: row.try_get("", "section")?,
            verdict,
            note: row.try_get("", "note")?,
        },
        update_time: from_us(row.try_get("", "update_us")?),
    })
}
