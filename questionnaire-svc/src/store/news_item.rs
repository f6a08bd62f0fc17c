//! Rows of news items.

use anyhow::anyhow;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::identifier::Bin;
use chassis::{Error, Result};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

use super::{json, time, time_if_any, write_json};
use crate::domain::news::{NewsItem, State};

/// A news item with what only the row knows.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: String,
    pub item: NewsItem,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
    pub version: i64,
}

/// Whose news a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Of no college.
    Programmes,
    /// Of all colleges.
    Colleges,
    College(Bin),
}

/// Which items a list shows.
pub struct Filter<'a> {
    /// Empty for every programme.
    pub programme: &'a str,
    pub whose: Whose,
    /// `None` for every state.
    pub state: Option<State>,
    pub now: Timestamp,
}

/// The key of the last one seen: pinned, time, id.
pub type Key = (bool, i64, String);

pub fn key(kept: &Kept) -> Key {
    let time = kept.item.publish_time.map_or(i64::MAX, to_us);
    (kept.item.pinned, time, kept.id.clone())
}

pub async fn insert(tx: &Tx, kept: &Kept) -> Result<()> {
    execute(
        tx,
        "INSERT INTO news_item (id, programme, title, body, pinned, publish_us, created_us,
            updated_us, version, college) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 1, $8)",
        [
            kept.id.as_str().into(),
            kept.item.programme.as_str().into(),
            write_json(&kept.item.title)?.into(),
            write_json(&kept.item.body)?.into(),
            kept.item.pinned.into(),
            kept.item.publish_time.map(to_us).into(),
            to_us(kept.create_time).into(),
            kept.item.college.map(|bin| bin.to_string()).into(),
        ],
    )
    .await?;
    Ok(())
}

/// Keeps the new values of what was locked. False where somebody was faster.
pub async fn save(tx: &Tx, kept: &mut Kept, now: Timestamp) -> Result<bool> {
    let saved = execute(
        tx,
        "UPDATE news_item SET title = $3, body = $4, pinned = $5, publish_us = $6,
            retired_us = $7, updated_us = $8, version = version + 1
         WHERE id = $1 AND version = $2",
        [
            kept.id.as_str().into(),
            kept.version.into(),
            write_json(&kept.item.title)?.into(),
            write_json(&kept.item.body)?.into(),
            kept.item.pinned.into(),
            kept.item.publish_time.map(to_us).into(),
            kept.item.retire_time.map(to_us).into(),
            to_us(now).into(),
        ],
    )
    .await?;
    kept.version += 1;
    kept.update_time = now;
    Ok(saved.rows_affected() == 1)
}

pub async fn find<C: ConnectionTrait>(on: &C, id: &str) -> Result<Option<Kept>> {
    let row = query_one(on, "SELECT * FROM news_item WHERE id = $1", [id.into()]).await?;
    row.as_ref().map(read).transpose()
}

pub async fn lock(tx: &Tx, id: &str) -> Result<Option<Kept>> {
    let sql = format!("SELECT * FROM news_item WHERE id = $1{}", for_update(tx));
    let row = query_one(tx, &sql, [id.into()]).await?;
    row.as_ref().map(read).transpose()
}

/// Pinned first, then the one to be seen last first; a draft has no time and stands before all.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    filter: &Filter<'_>,
    after: Option<Key>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let in_state = match filter.state {
        None => "$2 = $2",
        Some(State::Draft) => "$2 = $2 AND retired_us IS NULL AND publish_us IS NULL",
        Some(State::Scheduled) => "retired_us IS NULL AND publish_us > $2",
        Some(State::Published) => "retired_us IS NULL AND publish_us <= $2",
        Some(State::Retired) => "$2 = $2 AND retired_us IS NOT NULL",
    };
    let (of, college) = match filter.whose {
        Whose::Programmes => ("$7 = '' AND college IS NULL", String::new()),
        Whose::Colleges => ("$7 = '' AND college IS NOT NULL", String::new()),
        Whose::College(bin) => ("college = $7", bin.to_string()),
    };
    let sql = format!(
        "SELECT * FROM (SELECT n.*, CASE WHEN pinned THEN 1 ELSE 0 END AS pin,
            COALESCE(publish_us, {most}) AS shown FROM news_item n) AS item
         WHERE ($1 = '' OR programme = $1) AND {of} AND {in_state}
            AND (pin < $3 OR (pin = $3 AND (shown < $4 OR (shown = $4 AND id < $5))))
         ORDER BY pin DESC, shown DESC, id DESC LIMIT $6",
        most = i64::MAX,
    );
    let (pinned, shown, id) = match after {
        Some((pinned, shown, id)) => (i32::from(pinned), shown, id),
        None => (2, 0, String::new()),
    };
    let values = [
        filter.programme.into(),
        to_us(filter.now).into(),
        pinned.into(),
        shown.into(),
        id.into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
        college.into(),
    ];
    query_all(on, &sql, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

fn college(row: &QueryResult) -> Result<Option<Bin>> {
    let bin: Option<String> = row.try_get("", "college")?;
    let bin = bin.map(|bin| Bin::parse(&bin)).transpose();
    bin.map_err(|_| Error::Internal(anyhow!("news of a college without a BIN")))
}

fn read(row: &QueryResult) -> Result<Kept> {
    Ok(Kept {
        id: row.try_get("", "id")?,
        item: NewsItem {
            programme: row.try_get("", "programme")?,
            college: college(row)?,
            title: json(row, "title")?,
            body: json(row, "body")?,
            pinned: row.try_get("", "pinned")?,
            publish_time: time_if_any(row, "publish_us")?,
            retire_time: time_if_any(row, "retired_us")?,
        },
        create_time: time(row, "created_us")?,
        update_time: time(row, "updated_us")?,
        version: row.try_get("", "version")?,
    })
}
