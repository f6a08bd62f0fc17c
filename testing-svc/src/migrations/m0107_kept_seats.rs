//! Ordinary seats are a quota, too, so that the others can be kept for those who need them. The check
//! of an older table can't be widened on SQLite: both tables are written anew, on both engines alike.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "CREATE TABLE kept_session_quotas (
        session TEXT NOT NULL REFERENCES test_sessions (id), id TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('SEAT_CLASS', 'LANGUAGE_FORM', 'SUBJECT',
            'ACCESSIBLE_WORKSTATION', 'ORDINARY_SEAT')),
        value TEXT NOT NULL, size INTEGER NOT NULL, taken INTEGER NOT NULL,
        release_us BIGINT NULL CHECK (release_us IS NULL OR kind = 'ORDINARY_SEAT'),
        PRIMARY KEY (session, id), UNIQUE (session, kind, value),
        CHECK (taken >= 0 AND taken <= size))",
    "CREATE TABLE kept_booking_quotas (
        booking TEXT NOT NULL REFERENCES bookings (id), session TEXT NOT NULL, quota TEXT NOT NULL,
        PRIMARY KEY (booking, quota),
        FOREIGN KEY (session, quota) REFERENCES kept_session_quotas (session, id))",
    "INSERT INTO kept_session_quotas (session, id, kind, value, size, taken)
        SELECT session, id, kind, value, size, taken FROM session_quotas",
    "INSERT INTO kept_booking_quotas (booking, session, quota)
        SELECT booking, session, quota FROM booking_quotas",
    "DROP TABLE booking_quotas",
    "DROP TABLE session_quotas",
    // A reference to a table follows its name.
    "ALTER TABLE kept_session_quotas RENAME TO session_quotas",
    "ALTER TABLE kept_booking_quotas RENAME TO booking_quotas",
    "CREATE INDEX booking_quotas_quota ON booking_quotas (session, quota)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await
    }
}
