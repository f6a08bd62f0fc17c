//! Rows of submissions: written once, never changed.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_one};
use sea_orm::{ConnectionTrait, QueryResult};
use sha2::{Digest, Sha256};

use super::{json, write_json};
use crate::domain::frozen::{Frozen, canonical};

/// A submission with the hash over its canonical text.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: String,
    pub frozen: Frozen,
    pub content_sha256: String,
}

pub async fn insert(tx: &Tx, application: &str, id: &str, frozen: &Frozen) -> Result<()> {
    let content: serde_json::Value = super::read_json(&write_json(frozen)?)?;
    let content = canonical(&content);
    let hash = hex::encode(Sha256::digest(content.as_bytes()));
    execute(
        tx,
        "INSERT INTO submission (id, application, number, submit_us, content, content_sha256)
         VALUES ($1, $2, $3, $4, $5, $6)",
        [
            id.into(),
            application.into(),
            i32::try_from(frozen.number).unwrap_or(i32::MAX).into(),
            to_us(frozen.submit_time).into(),
            content.into(),
            hash.into(),
        ],
    )
    .await?;
    Ok(())
}

pub async fn find<C: ConnectionTrait>(on: &C, application: &str, id: &str) -> Result<Option<Kept>> {
    let sql = "SELECT * FROM submission WHERE id = $1 AND application = $2";
    let row = query_one(on, sql, [id.into(), application.into()]).await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &QueryResult) -> Result<Kept> {
    Ok(Kept {
        id: row.try_get("", "id")?,
        frozen: json(row, "content")?,
        content_sha256: row.try_get("", "content_sha256")?,
    })
}
