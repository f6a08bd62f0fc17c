//! Stages, places, sessions, bookings and attempts. The table of sessions itself refuses a seat
//! too many; the index on bookings refuses a person's second live one in a stage.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "CREATE TABLE eligibilities (
        campaign TEXT NOT NULL, account TEXT NOT NULL, application TEXT NOT NULL,
        standing TEXT NOT NULL CHECK (standing IN ('GRANTED', 'TAKEN')),
        stage_number INTEGER NOT NULL, changed_us BIGINT NOT NULL,
        PRIMARY KEY (campaign, account))",
    "CREATE TABLE stages (
        id TEXT PRIMARY KEY, campaign TEXT NOT NULL, number INTEGER NOT NULL,
        title TEXT NOT NULL, hold_us BIGINT NOT NULL, change_notice_us BIGINT NOT NULL,
        max_changes INTEGER NOT NULL, early_start_us BIGINT NOT NULL, late_start_us BIGINT NOT NULL,
        launch_url TEXT NOT NULL, version INTEGER NOT NULL,
        UNIQUE (campaign, number))",
    "CREATE TABLE test_centers (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, address TEXT NULL, mode TEXT NOT NULL,
        time_zone TEXT NOT NULL, version INTEGER NOT NULL)",
    "CREATE TABLE test_sessions (
        id TEXT PRIMARY KEY, campaign TEXT NOT NULL,
        stage TEXT NOT NULL REFERENCES stages (id),
        center TEXT NOT NULL REFERENCES test_centers (id),
        start_us BIGINT NOT NULL, end_us BIGINT NOT NULL,
        capacity INTEGER NOT NULL, taken INTEGER NOT NULL,
        language TEXT NULL, check_in_required BOOLEAN NOT NULL, version INTEGER NOT NULL,
        CHECK (taken >= 0 AND taken <= capacity), CHECK (start_us < end_us))",
    "CREATE INDEX test_sessions_stage ON test_sessions (stage, start_us, id)",
    "CREATE TABLE bookings (
        id TEXT PRIMARY KEY, campaign TEXT NOT NULL, stage TEXT NOT NULL REFERENCES stages (id),
        session TEXT NOT NULL REFERENCES test_sessions (id), account TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN
            ('HELD', 'BOOKED', 'CHECKED_IN', 'STARTED', 'COMPLETED', 'NO_SHOW', 'CANCELLED',
             'HOLD_EXPIRED', 'DISPLACED')),
        hold_until_us BIGINT NULL, created_us BIGINT NOT NULL, confirmed_us BIGINT NULL,
        moves INTEGER NOT NULL, sequence INTEGER NOT NULL, attempt TEXT NULL,
        version INTEGER NOT NULL,
        CHECK (state <> 'HELD' OR hold_until_us IS NOT NULL))",
    "CREATE UNIQUE INDEX bookings_live ON bookings (stage, account)
        WHERE state IN ('HELD', 'BOOKED', 'CHECKED_IN', 'STARTED', 'COMPLETED')",
    "CREATE INDEX bookings_session ON bookings (session, state)",
    "CREATE INDEX bookings_account ON bookings (account, id)",
    "CREATE INDEX bookings_held ON bookings (hold_until_us) WHERE state = 'HELD'",
    "CREATE TABLE attempts (
        id TEXT PRIMARY KEY, campaign TEXT NOT NULL,
        booking TEXT NOT NULL UNIQUE REFERENCES bookings (id),
        state TEXT NOT NULL, candidate_number TEXT NOT NULL UNIQUE, started_us BIGINT NOT NULL)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await
    }
}
