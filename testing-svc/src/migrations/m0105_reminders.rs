//! Which reminders of a booked session were told: each once for each session that is booked.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &["CREATE TABLE reminders (
        booking TEXT NOT NULL REFERENCES bookings (id), session TEXT NOT NULL,
        lead_us BIGINT NOT NULL, told_us BIGINT NOT NULL,
        PRIMARY KEY (booking, session, lead_us))"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await
    }
}
