//! Waiting lists. The row of a stage is the lock under which its seats are dealt; the index refuses a
//! person's second live place; no session is offered twice to one place. An offer is a held booking,
//! so that the counters of seats need no second sort of row.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "CREATE TABLE waitlists (stage TEXT PRIMARY KEY REFERENCES stages (id))",
    "CREATE TABLE waitlist_entries (
        id TEXT PRIMARY KEY, campaign TEXT NOT NULL, stage TEXT NOT NULL REFERENCES stages (id),
        account TEXT NOT NULL, session TEXT NULL, center TEXT NULL, day TEXT NULL,
        needs TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN
            ('WAITING', 'OFFERED', 'ACCEPTED', 'REJECTED', 'LAPSED', 'LEFT')),
        displaced BOOLEAN NOT NULL, rank_us BIGINT NOT NULL, created_us BIGINT NOT NULL,
        moves INTEGER NOT NULL, booking TEXT NULL, version INTEGER NOT NULL)",
    "CREATE UNIQUE INDEX waitlist_entries_live ON waitlist_entries (stage, account)
        WHERE state IN ('WAITING', 'OFFERED')",
    "CREATE INDEX waitlist_entries_order
        ON waitlist_entries (stage, state, displaced, rank_us, id)",
    "CREATE INDEX waitlist_entries_account ON waitlist_entries (account, id)",
    "CREATE TABLE seat_offers (
        booking TEXT PRIMARY KEY REFERENCES bookings (id),
        entry TEXT NOT NULL REFERENCES waitlist_entries (id), session TEXT NOT NULL,
        until_us BIGINT NOT NULL, outcome TEXT NULL CHECK (outcome IN
            ('ACCEPTED', 'REJECTED', 'LAPSED')),
        UNIQUE (entry, session))",
    "ALTER TABLE bookings ADD COLUMN waitlist_entry TEXT NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await
    }
}
