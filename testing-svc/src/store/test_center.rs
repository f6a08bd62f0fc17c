//! Test centres in the database.

use chassis::Result;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::{one_row, row};
use crate::domain::test_center::{Mode, TestCenter};

const SELECT: &str = "SELECT id, title, address, mode, time_zone, version FROM test_centers";

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid) -> Result<Option<TestCenter>> {
    let sql = format!("{SELECT} WHERE id = $1");
    let found = query_one(on, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

/// Oldest first.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<TestCenter>> {
    let sql = format!("{SELECT} WHERE id > $1 ORDER BY id LIMIT {limit}");
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let rows = query_all(on, &sql, [after.into()]).await?;
    rows.iter().map(read).collect()
}

pub async fn insert(tx: &Tx, center: &TestCenter) -> Result<()> {
    let address = center.address.as_ref().map(serde_json::to_string);
    execute(
        tx,
        "INSERT INTO test_centers (id, title, address, mode, time_zone, version)
         VALUES ($1, $2, $3, $4, $5, $6)",
        [
            center.id.to_string().into(),
            serde_json::to_string(&center.title)
                .map_err(anyhow::Error::from)?
                .into(),
            address.transpose().map_err(anyhow::Error::from)?.into(),
            center.mode.as_str().into(),
            center.time_zone.as_str().into(),
            center.version.into(),
        ],
    )
    .await?;
    Ok(())
}

/// The centre, locked until the transaction ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<TestCenter>> {
    let sql = format!("{SELECT} WHERE id = $1{}", for_update(tx));
    let found = query_one(tx, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

/// Saves a locked centre.
pub async fn save(tx: &Tx, center: &TestCenter) -> Result<()> {
    let address = center.address.as_ref().map(serde_json::to_string);
    let done = execute(
        tx,
        "UPDATE test_centers SET title = $3, address = $4, time_zone = $5, version = version + 1
         WHERE id = $1 AND version = $2",
        [
            center.id.to_string().into(),
            center.version.into(),
            serde_json::to_string(&center.title)
                .map_err(anyhow::Error::from)?
                .into(),
            address.transpose().map_err(anyhow::Error::from)?.into(),
            center.time_zone.as_str().into(),
        ],
    )
    .await?;
    one_row(&done)
}

fn read(found: &QueryResult) -> Result<TestCenter> {
    Ok(TestCenter {
        id: row::uuid(found, "id")?,
        title: row::json(found, "title")?,
        address: row::maybe_json(found, "address")?,
        mode: row::word(found, "mode", Mode::from_word)?,
        time_zone: row::get(found, "time_zone")?,
        version: row::get(found, "version")?,
    })
}
