//! Closures: a session, a room or a centre that can't be used for a while.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "CREATE TABLE closures (
        id TEXT PRIMARY KEY, target_kind TEXT NOT NULL CHECK (target_kind IN
            ('CENTER', 'ROOM', 'SESSION')),
        target TEXT NOT NULL, target_name TEXT NOT NULL,
        start_us BIGINT NOT NULL, end_us BIGINT NOT NULL, reason TEXT NOT NULL,
        sessions_hit INTEGER NOT NULL, bookings_hit INTEGER NOT NULL, created_us BIGINT NOT NULL,
        CHECK (start_us < end_us))",
    "CREATE INDEX closures_target ON closures (target, end_us)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await
    }
}
