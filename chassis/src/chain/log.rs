//! A chained log in its tables: rows that are only ever added, behind a head that one writer holds at a
//! time. That nobody changes or takes away a row is the triggers' affair, in the migration that makes them.

use sea_orm::{ConnectionTrait, QueryResult, Value};

use super::{Entry, Hash, Head};
use crate::database::{execute, for_update, query_one};
use crate::error::{Error, Result};

/// Which tables a log has. A row has `sequence`, `previous_hash`, `content`, `hash` and the key of what it
/// tells of; the head has `sequence` and `hash`.
#[derive(Debug, Clone, Copy)]
pub struct Log {
    pub rows: &'static str,
    pub head: &'static str,
    /// The column with the key of what a row tells of.
    pub subject: &'static str,
}

impl Log {
    /// The head as it is now.
    ///
    /// # Errors
    /// If there is none.
    pub async fn head<C: ConnectionTrait>(&self, on: &C) -> Result<Head> {
        self.read_head(on, "").await
    }

    /// Holds the head until the transaction ends, so that no two rows continue the same one.
    ///
    /// # Errors
    /// If there is none.
    pub async fn lock<C: ConnectionTrait>(&self, on: &C) -> Result<Head> {
        self.read_head(on, for_update(on)).await
    }

    async fn read_head<C: ConnectionTrait>(&self, on: &C, held: &str) -> Result<Head> {
        let sql = format!(
            "SELECT sequence, hash FROM {} WHERE id = 1{held}",
            self.head
        );
        let row = query_one(on, &sql, []).await?;
        let row = row.ok_or_else(|| self.broken("has no row"))?;
        Ok(Head {
            sequence: row.try_get("", "sequence")?,
            hash: hash(&row, "hash")?,
        })
    }

    /// Adds a row after the head that is held.
    ///
    /// # Errors
    /// If the head was not held.
    pub async fn append<C: ConnectionTrait>(
        &self,
        on: &C,
        held: Head,
        content: Vec<u8>,
        subject: &str,
    ) -> Result<()> {
        let entry = Entry::after(held, content);
        let sql = format!(
            "INSERT INTO {} (sequence, previous_hash, content, hash, {})
             VALUES ($1, $2, $3, $4, $5)",
            self.rows, self.subject
        );
        let values: [Value; 5] = [
            entry.sequence.into(),
            entry.previous_hash.to_vec().into(),
            entry.content.into(),
            entry.hash.to_vec().into(),
            subject.into(),
        ];
        execute(on, &sql, values).await?;
        let sql = format!(
            "UPDATE {} SET sequence = $1, hash = $2 WHERE id = 1 AND sequence = $1 - 1",
            self.head
        );
        let values: [Value; 2] = [entry.sequence.into(), entry.hash.to_vec().into()];
        match execute(on, &sql, values).await?.rows_affected() {
            1 => Ok(()),
            _ => Err(self.broken("moved under its lock")),
        }
    }

    /// Whether a row other than the one at this place continues this hash.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn is_continued<C: ConnectionTrait>(
        &self,
        on: &C,
        hash: &Hash,
        but: i64,
    ) -> Result<bool> {
        let sql = format!(
            "SELECT 1 AS found FROM {} WHERE previous_hash = $1 AND sequence <> $2",
            self.rows
        );
        let values: [Value; 2] = [hash.to_vec().into(), but.into()];
        Ok(query_one(on, &sql, values).await?.is_some())
    }

    fn broken(&self, what: &'static str) -> Error {
        Error::Internal(anyhow::anyhow!("{} {what}", self.head))
    }
}

impl Entry {
    /// The row of a log among the columns of a query.
    ///
    /// # Errors
    /// If a column is not there.
    pub fn of(row: &QueryResult) -> Result<Self> {
        Ok(Self {
            sequence: row.try_get("", "sequence")?,
            previous_hash: hash(row, "previous_hash")?,
            content: row.try_get("", "content")?,
            hash: hash(row, "hash")?,
        })
    }
}

/// A hash of another length is none of ours: it matches nothing, and a verifier tells it.
fn hash(row: &QueryResult, column: &str) -> Result<Hash> {
    let bytes: Vec<u8> = row.try_get("", column)?;
    Ok(bytes.try_into().unwrap_or([0xff; 32]))
}
