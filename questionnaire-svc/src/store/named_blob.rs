//! What the database says of blobs, to be held against what their store has.

use std::collections::BTreeSet;

use chassis::Result;
use chassis::database::{query_all, query_one};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Value};

/// The blob of a document.
#[derive(Debug, Clone)]
pub struct Named {
    pub blob: String,
    pub document: String,
}

/// The order of bytes, which is that of the store; on PostgreSQL a database may have another.
fn by_bytes<C: ConnectionTrait>(on: &C) -> &'static str {
    match on.get_database_backend() {
        DbBackend::Postgres => " COLLATE \"C\"",
        _ => "",
    }
}

/// Blobs that documents name, in the order of their bytes, after this one.
pub async fn after<C: ConnectionTrait>(on: &C, blob: &str, most: usize) -> Result<Vec<Named>> {
    let order = by_bytes(on);
    let sql = format!(
        "SELECT blob, id FROM document WHERE blob{order} > $1 ORDER BY blob{order} LIMIT $2"
    );
    let named = |row: &QueryResult| {
        Ok(Named {
            blob: row.try_get("", "blob")?,
            document: row.try_get("", "id")?,
        })
    };
    let values = [blob.into(), i64::try_from(most).unwrap_or(i64::MAX).into()];
    query_all(on, &sql, values)
        .await?
        .iter()
        .map(named)
        .collect()
}

/// Those of these blobs that a document names, or that are known to be loose. One statement: a blob
/// that goes from the one to the other is in it.
pub async fn known<C: ConnectionTrait>(on: &C, blobs: &[&str]) -> Result<BTreeSet<String>> {
    if blobs.is_empty() {
        return Ok(BTreeSet::new());
    }
    let places: Vec<String> = (1..=blobs.len()).map(|at| format!("${at}")).collect();
    let places = places.join(", ");
    let sql = format!(
        "SELECT blob FROM document WHERE blob IN ({places})
         UNION SELECT blob FROM loose_blob WHERE blob IN ({places})"
    );
    let values = blobs.iter().map(|blob| Value::from(*blob));
    let blob = |row: &QueryResult| Ok(row.try_get("", "blob")?);
    query_all(on, &sql, values)
        .await?
        .iter()
        .map(blob)
        .collect()
}

pub async fn is_named<C: ConnectionTrait>(on: &C, named: &Named) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM document WHERE id = $1 AND blob = $2";
    let values = [named.document.as_str().into(), named.blob.as_str().into()];
    Ok(query_one(on, sql, values).await?.is_some())
}
