//! Blobs that no document names: uploads under way, and what documents let go of. What stays here
//! is swept, so nothing is left behind by whatever breaks off.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_all};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

pub async fn insert(tx: &Tx, blob: &str, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO loose_blob (blob, loose_us) VALUES ($1, $2)
               ON CONFLICT (blob) DO UPDATE SET loose_us = excluded.loose_us";
    execute(tx, sql, [blob.into(), to_us(now).into()]).await?;
    Ok(())
}

/// How the parts of its upload are thrown away, should nobody live to finish it.
pub async fn note_parts(tx: &Tx, blob: &str, parts: &str) -> Result<()> {
    let sql = "UPDATE loose_blob SET parts = $2 WHERE blob = $1";
    execute(tx, sql, [blob.into(), parts.into()]).await?;
    Ok(())
}

/// A document names it from now on. False where it is so old that the sweep may be at it.
pub async fn adopt(tx: &Tx, blob: &str, not_before: Timestamp) -> Result<bool> {
    let sql = "DELETE FROM loose_blob WHERE blob = $1 AND loose_us >= $2";
    let adopted = execute(tx, sql, [blob.into(), to_us(not_before).into()]).await?;
    Ok(adopted.rows_affected() == 1)
}

/// The bytes are gone.
pub async fn remove(tx: &Tx, blob: &str) -> Result<()> {
    execute(tx, "DELETE FROM loose_blob WHERE blob = $1", [blob.into()]).await?;
    Ok(())
}

/// A blob that no document names.
#[derive(Debug, Clone)]
pub struct Loose {
    pub blob: String,
    /// What is to be thrown away besides.
    pub parts: Option<String>,
}

/// Those loose since before this, oldest first.
pub async fn since<C: ConnectionTrait>(on: &C, before: Timestamp) -> Result<Vec<Loose>> {
    let sql = "SELECT blob, parts FROM loose_blob WHERE loose_us < $1 ORDER BY loose_us LIMIT 200";
    let blob = |row: &QueryResult| {
        Ok(Loose {
            blob: row.try_get("", "blob")?,
            parts: row.try_get("", "parts")?,
        })
    };
    query_all(on, sql, [to_us(before).into()])
        .await?
        .iter()
        .map(blob)
        .collect()
}
