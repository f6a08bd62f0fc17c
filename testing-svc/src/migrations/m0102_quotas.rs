//! Quotas inside a session's capacity, and which of them each booking has. The table of quotas itself
//! refuses one seat too many and one too few.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "CREATE TABLE session_quotas (
        session TEXT NOT NULL REFERENCES test_sessions (id), id TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN
            ('SEAT_CLASS', 'LANGUAGE_FORM', 'SUBJECT', 'ACCESSIBLE_WORKSTATION')),
        value TEXT NOT NULL, size INTEGER NOT NULL, taken INTEGER NOT NULL,
        PRIMARY KEY (session, id), UNIQUE (session, kind, value),
        CHECK (taken >= 0 AND taken <= size))",
    "CREATE TABLE booking_quotas (
        booking TEXT NOT NULL REFERENCES bookings (id), session TEXT NOT NULL, quota TEXT NOT NULL,
        PRIMARY KEY (booking, quota),
        FOREIGN KEY (session, quota) REFERENCES session_quotas (session, id))",
    "CREATE INDEX booking_quotas_quota ON booking_quotas (session, quota)",
    "ALTER TABLE bookings ADD COLUMN needs TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE bookings ADD COLUMN grace_us BIGINT NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await
    }
}
