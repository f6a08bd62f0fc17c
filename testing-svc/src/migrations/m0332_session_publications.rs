//! Results of single sessions, published before the stage as a whole. A session is published once; a
//! result is of one publication, as it is one of its person and stage.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "CREATE TABLE session_publications (
        session TEXT PRIMARY KEY REFERENCES test_sessions (id),
        stage TEXT NOT NULL REFERENCES stages (id), published_us BIGINT NOT NULL,
        results INTEGER NOT NULL, input_hash TEXT NOT NULL, stage_version INTEGER NOT NULL,
        appeal_until_us BIGINT NULL, published_by TEXT NOT NULL)",
    "ALTER TABLE stages ADD COLUMN begun_us BIGINT NULL",
    "ALTER TABLE stage_results ADD COLUMN published_us BIGINT NULL",
    "ALTER TABLE stage_results ADD COLUMN appeal_until_us BIGINT NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await
    }
}
