//! What was heard of applications: what the newest submission says of the seat, whether it was accepted,
//! and whether its person left with it. Events come in any order, and after a withdrawal there may be
//! another application. What the one says by which a person takes part stands beside the eligibility.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "CREATE TABLE applications (
        application TEXT PRIMARY KEY, campaign TEXT NOT NULL, account TEXT NOT NULL,
        submission_number INTEGER NOT NULL, needs TEXT NOT NULL, accepted TEXT NULL,
        has_left BOOLEAN NOT NULL)",
    "CREATE INDEX applications_account ON applications (account, campaign)",
    "ALTER TABLE eligibilities ADD COLUMN needs TEXT NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await
    }
}
