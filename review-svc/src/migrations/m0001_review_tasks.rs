//! Review tasks: one per submission, with the last claim and the term.

use sea_orm_migration::prelude::*;

pub struct ReviewTasks;

impl MigrationName for ReviewTasks {
    fn name(&self) -> &'static str {
        "m0001_review_tasks"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ReviewTasks {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            // `due_us` and `calendar_version` are empty where the calendar of a year is missing:
            // such a task is open all the same, and `rank_us` puts it before all that are counted.
            // The claim stays after its lease ran out, so that its holder is told what happened.
            "CREATE TABLE review_task (
                id TEXT PRIMARY KEY,
                application TEXT NOT NULL, submission TEXT NOT NULL, campaign TEXT NOT NULL,
                applicant TEXT NOT NULL, submission_number INTEGER NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('OPEN', 'CLAIMED', 'DECIDED', 'WITHDRAWN')),
                open_us BIGINT NOT NULL, due_us BIGINT NULL, rank_us BIGINT NOT NULL,
                working_days INTEGER NOT NULL, calendar_version INTEGER NULL,
                claim_expert TEXT NULL, claim_us BIGINT NULL, lease_us BIGINT NULL,
                start_us BIGINT NULL, close_us BIGINT NULL, overdue_us BIGINT NULL,
                version BIGINT NOT NULL,
                CHECK (state <> 'CLAIMED' OR lease_us IS NOT NULL),
                CHECK ((state IN ('DECIDED', 'WITHDRAWN')) = (close_us IS NOT NULL)))",
            "CREATE UNIQUE INDEX review_task_submission ON review_task (application, submission)",
            "CREATE INDEX review_task_rank ON review_task (rank_us, id)",
            "CREATE INDEX review_task_state ON review_task (state, rank_us, id)",
            "CREATE INDEX review_task_expert ON review_task (claim_expert, rank_us, id)",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
