//! What an application goes through besides its states: a correction asked for, the review's clock, an end by staff, warnings.

use sea_orm_migration::prelude::*;

pub struct ApplicationCourse;

impl MigrationName for ApplicationCourse {
    fn name(&self) -> &'static str {
        "m0006_application_course"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ApplicationCourse {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            // `wish` is the correction that the applicant asked for last.
            "ALTER TABLE application ADD COLUMN wish TEXT NULL",
            "ALTER TABLE application ADD COLUMN decide_due_us BIGINT NULL",
            "ALTER TABLE application ADD COLUMN review_paused BOOLEAN NOT NULL DEFAULT FALSE",
            "ALTER TABLE application ADD COLUMN end_reason TEXT NULL",
            // One warning per draft, end of the window and number of days: a longer window warns anew.
            "CREATE TABLE draft_warning (
                application TEXT NOT NULL REFERENCES application (id), close_us BIGINT NOT NULL,
                days INTEGER NOT NULL, warned_us BIGINT NOT NULL,
                PRIMARY KEY (application, close_us, days))",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
