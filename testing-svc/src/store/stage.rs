//! Stages in the database.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use jiff::{SignedDuration, Timestamp};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{for_share, one_row, row};
use crate::domain::localized::Localized;
use crate::domain::stage::{Place, Sat, Selection, Stage, Terms};

const SELECT: &str = "SELECT id, campaign, number, title, hold_us, change_notice_us, max_changes,
    early_start_us, late_start_us, launch_url, version, advance_rule, score_scale, appeal_term_us,
    without_sitting, last_stage, membership_years, published_us, certificate_terms, permit_note,
    begun_us FROM stages";

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

/// The stage, for one who changes it or its results: they come one after another.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Stage>> {
    let sql = format!("{SELECT} WHERE id = $1{}", for_update(tx));
    let found = query_one(tx, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

/// The stage, for many who book, wait for or sit it at once: only its publication waits for them, and
/// they for it. It is locked before any person.
pub async fn share(tx: &Tx, id: Uuid) -> Result<Option<Stage>> {
    let sql = format!("{SELECT} WHERE id = $1{}", for_share(tx));
    let found = query_one(tx, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

/// Every stage of a campaign, for one who gives seats of several of them away: before anything else,
/// as one who sits it.
pub async fn share_all(tx: &Tx, campaign: &str) -> Result<()> {
    let lock = for_share(tx);
    let sql = format!("SELECT id FROM stages WHERE campaign = $1 ORDER BY number{lock}");
    query_all(tx, &sql, [campaign.into()]).await?;
    Ok(())
}

/// The first earlier stage of the campaign whose results are not published.
pub async fn open_before(tx: &Tx, stage: &Stage) -> Result<Option<Stage>> {
    let sql = format!(
        "{SELECT} WHERE campaign = $1 AND number < $2 AND published_us IS NULL
         ORDER BY number LIMIT 1"
    );
    let key = [stage.campaign.as_str().into(), stage.number.into()];
    let found = query_one(tx, &sql, key).await?;
    found.as_ref().map(read).transpose()
}

/// What whoever advances may sit next: the next stage, or the number after this where it is still
/// to be made.
pub async fn number_after(tx: &Tx, stage: &Stage) -> Result<i32> {
    let sql = "SELECT MIN(number) AS number FROM stages WHERE campaign = $1 AND number > $2";
    let key = [stage.campaign.as_str().into(), stage.number.into()];
    let next = match query_one(tx, sql, key).await? {
        Some(found) => row::get::<Option<i32>>(&found, "number")?,
        None => None,
    };
    Ok(next.unwrap_or(stage.number + 1))
}

/// False where the campaign has a stage with this number.
pub async fn insert(tx: &Tx, stage: &Stage) -> Result<bool> {
    let mut values = columns(stage)?;
    values.push(stage.campaign.as_str().into());
    values.push(stage.number.into());
    values.push(stage.version.into());
    let done = execute(
        tx,
        "INSERT INTO stages (id, title, hold_us, change_notice_us, max_changes, early_start_us,
            late_start_us, launch_url, advance_rule, score_scale, appeal_term_us, without_sitting,
            last_stage, membership_years, certificate_terms, permit_note, campaign, number,
            version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
         ON CONFLICT (campaign, number) DO NOTHING",
        values,
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Saves a locked stage whose results are not published.
pub async fn save(tx: &Tx, stage: &Stage) -> Result<()> {
    let mut values = columns(stage)?;
    values.push(stage.version.into());
    let done = execute(
        tx,
        "UPDATE stages SET title = $2, hold_us = $3, change_notice_us = $4, max_changes = $5,
            early_start_us = $6, late_start_us = $7, launch_url = $8, advance_rule = $9,
            score_scale = $10, appeal_term_us = $11, without_sitting = $12, last_stage = $13,
            membership_years = $14, certificate_terms = $15, permit_note = $16,
            version = version + 1
         WHERE id = $1 AND version = $17 AND published_us IS NULL",
        values,
    )
    .await?;
    one_row(&done)
}

/// Marks a locked stage as published. The version stays: it names the rule that was used.
pub async fn publish(tx: &Tx, id: Uuid, now: Timestamp) -> Result<()> {
    let sql = "UPDATE stages SET published_us = $2 WHERE id = $1 AND published_us IS NULL";
    one_row(&execute(tx, sql, [id.to_string().into(), to_us(now).into()]).await?)
}

/// Notes of a locked stage that there are results of single sessions.
pub async fn begin(tx: &Tx, id: Uuid, now: Timestamp) -> Result<()> {
    let sql = "UPDATE stages SET begun_us = COALESCE(begun_us, $2)
        WHERE id = $1 AND published_us IS NULL";
    one_row(&execute(tx, sql, [id.to_string().into(), to_us(now).into()]).await?)
}

/// The columns that an edit can change, after the id.
fn columns(stage: &Stage) -> Result<Vec<Value>> {
    let us = |length: SignedDuration| Value::from(length_to_us(length));
    let (terms, selection) = (&stage.terms, &stage.selection);
    Ok(vec![
        stage.id.to_string().into(),
        row::written(&stage.title)?.into(),
        us(terms.hold),
        us(terms.change_notice),
        terms.max_changes.into(),
        us(terms.early_start),
        us(terms.late_start),
        stage.launch_url.as_str().into(),
        selection
            .rule
            .as_ref()
            .map(row::written)
            .transpose()?
            .into(),
        selection
            .scale
            .as_ref()
            .map(row::written)
            .transpose()?
            .into(),
        us(selection.appeal_term),
        (selection.sat == Sat::Never).into(),
        (selection.place == Place::Last).into(),
        i32::from(selection.membership_years).into(),
        selection
            .terms
            .as_ref()
            .map(row::written)
            .transpose()?
            .into(),
        stage
            .permit_note
            .as_ref()
            .map(row::written)
            .transpose()?
            .into(),
    ])
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
        selection: selection(found)?,
        permit_note: row::maybe_json(found, "permit_note")?,
        published: row::maybe_time(found, "published_us")?,
        begun: row::maybe_time(found, "begun_us")?,
        version: row::get(found, "version")?,
    })
}

fn selection(found: &QueryResult) -> Result<Selection> {
    let years: i32 = row::get(found, "membership_years")?;
    Ok(Selection {
        rule: row::maybe_json(found, "advance_rule")?,
        scale: row::maybe_json(found, "score_scale")?,
        appeal_term: SignedDuration::from_micros(row::get(found, "appeal_term_us")?),
        sat: if row::get(found, "without_sitting")? {
            Sat::Never
        } else {
            Sat::Booked
        },
        place: if row::get(found, "last_stage")? {
            Place::Last
        } else {
            Place::More
        },
        membership_years: i16::try_from(years).unwrap_or(i16::MAX),
        terms: row::maybe_json(found, "certificate_terms")?,
    })
}
