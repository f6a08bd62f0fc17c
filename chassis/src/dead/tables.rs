//! What an operator needs to know of an event that was set aside.

use sea_orm_migration::prelude::*;

/// In every service's list, after what was there before it.
pub struct DeadEvents;

impl MigrationName for DeadEvents {
    fn name(&self) -> &'static str {
        "m0000_chassis_dead_events"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for DeadEvents {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            // When it happened; unknown of those set aside before this column.
            "time_us BIGINT NULL",
            "attempts INTEGER NOT NULL DEFAULT 0",
            // The reason of the last refusal, never its inside.
            "reason TEXT NOT NULL DEFAULT ''",
            // An operator wants it tried again.
            "wanted BOOLEAN NOT NULL DEFAULT FALSE",
        ] {
            let sql = format!("ALTER TABLE stream_dead ADD COLUMN {column}");
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        Ok(())
    }
}
