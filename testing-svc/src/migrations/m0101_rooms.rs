//! Rooms, and what takes place in them. A room is taken in slots of five minutes: their primary key
//! refuses a second session at the same time on both engines, without an engine's own kind of
//! constraint.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "CREATE TABLE rooms (
        id TEXT PRIMARY KEY, center TEXT NOT NULL REFERENCES test_centers (id), title TEXT NOT NULL,
        seats INTEGER NOT NULL, accessible_seats INTEGER NOT NULL, equipment TEXT NOT NULL,
        version INTEGER NOT NULL,
        CHECK (seats > 0 AND accessible_seats >= 0 AND accessible_seats <= seats))",
    "CREATE INDEX rooms_center ON rooms (center, id)",
    "ALTER TABLE test_sessions ADD COLUMN room TEXT NULL REFERENCES rooms (id)",
    "ALTER TABLE test_sessions ADD COLUMN extra_time_percent INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE test_sessions ADD COLUMN closed BOOLEAN NOT NULL DEFAULT FALSE",
    "CREATE INDEX test_sessions_room ON test_sessions (room, start_us, id)",
    "CREATE INDEX test_sessions_center ON test_sessions (center, start_us)",
    "CREATE TABLE room_slots (
        room TEXT NOT NULL REFERENCES rooms (id), slot BIGINT NOT NULL,
        session TEXT NOT NULL REFERENCES test_sessions (id),
        PRIMARY KEY (room, slot))",
    "CREATE INDEX room_slots_session ON room_slots (session)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await
    }
}
