//! Stages in the database.

use chassis::Result;
use chassis::database::{Tx, execute, query_all, query_one};
use jiff::SignedDuration;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::row;
use crate::domain::localized::Localized;
use crate::domain::stage::{Stage, Terms};

const SELECT: &str = "SELECT id, campaign, number, title, hold_us, change_notice_us, max_changes,
    early_start_us, late_start_us, launch_url, version FROM stages";

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid) -> Result<Option<Stage>> {
    let sql = format!("{SELECT} WHERE id = $1");
    let found = query_one(on, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

pub async fn numbered<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    number: i32,
) -> Result<Option<Stage>> {
    let sql = format!("{SELECT} WHERE campaign = $1 AND number = $2");
    let found = query_one(on, &sql, [campaign.into(), number.into()]).await?;
    found.as_ref().map(read).transpose()
}

pub async fn list<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    after: Option<i32>,
    limit: u64,
) -> Result<Vec<Stage>> {
    let sql = format!("{SELECT} WHERE campaign = $1 AND number > $2 ORDER BY number LIMIT {limit}");
    let rows = query_all(on, &sql, [campaign.into(), after.unwrap_or(0).into()]).await?;
    rows.iter().map(read).collect()
}

/// False where the campaign has a stage with this number.
pub async fn insert(tx: &Tx, stage: &Stage) -> Result<bool> {
    let us = |length: SignedDuration| Value::from(length_to_us(length));
    let terms = &stage.terms;
    let done = execute(
        tx,
        "INSERT INTO stages (id, campaign, number, title, hold_us, change_notice_us, max_changes,
            early_start_us, late_start_us, launch_url, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (campaign, number) DO NOTHING",
        [
            stage.id.to_string().into(),
            stage.campaign.as_str().into(),
            stage.number.into(),
            serde_json::to_string(&stage.title)
                .map_err(anyhow::Error::from)?
                .into(),
            us(terms.hold),
            us(terms.change_notice),
            terms.max_changes.into(),
            us(terms.early_start),
            us(terms.late_start),
            stage.launch_url.as_str().into(),
            stage.version.into(),
        ],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

fn length_to_us(length: SignedDuration) -> i64 {
    i64::try_from(length.as_micros()).unwrap_or(i64::MAX)
}

/// The terms, from the columns of a row that has them among others.
pub(super) fn terms(found: &QueryResult) -> Result<Terms> {
    let length = |column| row::get(found, column).map(SignedDuration::from_micros);
    Ok(Terms {
        hold: length("hold_us")?,
        change_notice: length("change_notice_us")?,
        max_changes: row::get(found, "max_changes")?,
        early_start: length("early_start_us")?,
        late_start: length("late_start_us")?,
    })
}

fn read(found: &QueryResult) -> Result<Stage> {
    Ok(Stage {
        id: row::uuid(found, "id")?,
        campaign: row::get(found, "campaign")?,
        number: row::get(found, "number")?,
        title: row::json::<Localized>(found, "title")?,
        terms: terms(found)?,
        launch_url: row::get(found, "launch_url")?,
        version: row::get(found, "version")?,
    })
}
