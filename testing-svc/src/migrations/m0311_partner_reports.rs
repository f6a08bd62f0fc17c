//! What partners told of sessions: each entry once, by its id, whichever way it came; and the files of
//! sites without a link with what was answered to them.
//!
//! Of an entry only the hash of what it says is kept, to tell a repeat from another thing under its id.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "CREATE TABLE partner_entries (
        partner TEXT NOT NULL, id TEXT NOT NULL, content_hash {bytes} NOT NULL,
        irregularity TEXT NULL, noted_us BIGINT NOT NULL, PRIMARY KEY (partner, id))",
    "CREATE TABLE partner_reports (
        partner TEXT NOT NULL, file_sha256 TEXT NOT NULL,
        session TEXT NOT NULL REFERENCES test_sessions (id),
        answer {bytes} NOT NULL, received_us BIGINT NOT NULL,
        PRIMARY KEY (partner, file_sha256))",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await
    }
}
