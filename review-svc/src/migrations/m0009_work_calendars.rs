//! Calendars that were published here: a row per version of a year, in one sequence, behind a head
//! that one publisher holds at a time.

use sea_orm_migration::prelude::*;

pub struct WorkCalendars;

impl MigrationName for WorkCalendars {
    fn name(&self) -> &'static str {
        "m0009_work_calendars"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for WorkCalendars {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            "CREATE TABLE work_calendar (
                sequence BIGINT PRIMARY KEY CHECK (sequence > 0),
                year INTEGER NOT NULL, version INTEGER NOT NULL, source TEXT NOT NULL,
                days TEXT NOT NULL, publish_us BIGINT NOT NULL, UNIQUE (year, version))",
            "CREATE TABLE work_calendar_head (
                id INTEGER PRIMARY KEY CHECK (id = 1), sequence BIGINT NOT NULL)",
            "INSERT INTO work_calendar_head (id, sequence) VALUES (1, 0)",
            "CREATE INDEX review_task_calendar ON review_task (state, calendar_sequence, id)",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
