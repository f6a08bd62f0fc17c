//! Rows of forms and of their revisions that were made here; the first ones came with the service.

use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::{Error, Result};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

use super::{json, time, time_if_any, write_json};
use crate::domain::form::Content;

/// A revision with what only the row knows.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: String,
    pub form: String,
    /// `None` until it is published.
    pub number: Option<u32>,
    pub content: Content,
    pub create_time: Timestamp,
    pub publish_time: Option<Timestamp>,
}

impl Kept {
    /// `forms/{form}/revisions/{revision}`: by its number once it has one.
    pub fn name(&self) -> String {
        match self.number {
            Some(number) => format!("forms/{}/revisions/{number}", self.form),
            None => format!("forms/{}/revisions/{}", self.form, self.id),
        }
    }
}

/// The form's row, made where there is none: the lock that numbers are given out under.
/// Gives the programme that the form is of.
pub async fn hold_form(tx: &Tx, form: &str, programme: &str, last_number: u32) -> Result<String> {
    execute(
        tx,
        "INSERT INTO form (id, programme, last_number) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        [form.into(), programme.into(), number(last_number).into()],
    )
    .await?;
    let sql = format!("SELECT programme FROM form WHERE id = $1{}", for_update(tx));
    let row = query_one(tx, &sql, [form.into()]).await?;
    let row = row.ok_or_else(|| Error::Internal(anyhow::anyhow!("a form was not made")))?;
    Ok(row.try_get("", "programme")?)
}

pub async fn insert(tx: &Tx, kept: &Kept) -> Result<()> {
    execute(
        tx,
        "INSERT INTO form_revision (id, form, content, created_us) VALUES ($1, $2, $3, $4)",
        [
            kept.id.as_str().into(),
            kept.form.as_str().into(),
            write_json(&kept.content)?.into(),
            to_us(kept.create_time).into(),
        ],
    )
    .await?;
    Ok(())
}

/// Gives the next number of its form to a revision that has none. False where it has one.
/// The form's row stays locked to the end, so numbers follow each other without a gap.
pub async fn publish(tx: &Tx, kept: &mut Kept, now: Timestamp) -> Result<bool> {
    let sql = "UPDATE form SET last_number = last_number + 1 WHERE id = $1 RETURNING last_number";
    let row = query_one(tx, sql, [kept.form.as_str().into()]).await?;
    let row = row.ok_or_else(|| Error::Internal(anyhow::anyhow!("a revision without its form")))?;
    let next: i32 = row.try_get("", "last_number")?;
    let saved = execute(
        tx,
        "UPDATE form_revision SET number = $2, published_us = $3 WHERE id = $1 AND number IS NULL",
        [kept.id.as_str().into(), next.into(), to_us(now).into()],
    )
    .await?;
    kept.number = Some(next.unsigned_abs());
    kept.publish_time = Some(now);
    Ok(saved.rows_affected() == 1)
}

pub async fn find<C: ConnectionTrait>(on: &C, form: &str, revision: &str) -> Result<Option<Kept>> {
    let row = match revision.parse::<i32>() {
        Ok(number) => {
            let sql = "SELECT * FROM form_revision WHERE form = $1 AND number = $2";
            query_one(on, sql, [form.into(), number.into()]).await?
        }
        Err(_) => {
            let sql = "SELECT * FROM form_revision WHERE form = $1 AND id = $2";
            query_one(on, sql, [form.into(), revision.into()]).await?
        }
    };
    row.as_ref().map(read).transpose()
}

/// Newest first, by the time they were made, after the id of the last one seen.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    form: &str,
    with_drafts: bool,
    after: Option<String>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let shown = if with_drafts {
        "TRUE"
    } else {
        "number IS NOT NULL"
    };
    let sql = format!(
        "SELECT * FROM form_revision WHERE form = $1 AND {shown} AND ($2 = '' OR id < $2)
         ORDER BY id DESC LIMIT $3"
    );
    let values = [
        form.into(),
        after.unwrap_or_default().into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    query_all(on, &sql, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

fn read(row: &QueryResult) -> Result<Kept> {
    let number: Option<i32> = row.try_get("", "number")?;
    Ok(Kept {
        id: row.try_get("", "id")?,
        form: row.try_get("", "form")?,
        number: number.map(i32::unsigned_abs),
        content: json(row, "content")?,
        create_time: time(row, "created_us")?,
        publish_time: time_if_any(row, "published_us")?,
    })
}

fn number(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
