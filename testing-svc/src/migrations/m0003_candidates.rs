//! Candidates: a direction to compete in, and one number per person and campaign. The index refuses
//! a number drawn twice.
//!
//! A sitting shows the number of its candidate, so two sittings of one person show the same: the
//! table of attempts is made anew without its old rule of one number per sitting.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "ALTER TABLE eligibilities ADD COLUMN submission TEXT NULL",
    "ALTER TABLE eligibilities ADD COLUMN direction TEXT NULL",
    "ALTER TABLE eligibilities ADD COLUMN candidate_number TEXT NULL",
    "CREATE UNIQUE INDEX eligibilities_number ON eligibilities (campaign, candidate_number)",
    "CREATE TABLE directions (submission TEXT PRIMARY KEY, direction TEXT NOT NULL)",
    "CREATE TABLE sittings (
        id TEXT PRIMARY KEY, campaign TEXT NOT NULL,
        booking TEXT NOT NULL UNIQUE REFERENCES bookings (id),
        state TEXT NOT NULL, candidate_number TEXT NOT NULL, started_us BIGINT NOT NULL)",
    "INSERT INTO sittings (id, campaign, booking, state, candidate_number, started_us)
        SELECT id, campaign, booking, state, candidate_number, started_us FROM attempts",
    "DROP TABLE attempts",
    "ALTER TABLE sittings RENAME TO attempts",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await
    }
}
