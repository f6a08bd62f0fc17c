//! What lies between a claim and a decision: opinions, disputes, decisions that wait, pauses, and
//! what the applicant asks for.

use sea_orm_migration::prelude::*;

pub struct CourseOfATask;

impl MigrationName for CourseOfATask {
    fn name(&self) -> &'static str {
        "m0004_course_of_a_task"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CourseOfATask {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for column in [
            "direction TEXT NOT NULL DEFAULT ''",
            // Beside `state`: OPEN and CLAIMED are for an opinion, the first or the second; a dispute
            // and a decision that waits are OPEN to nobody.
            "stage TEXT NOT NULL DEFAULT 'FIRST'
                CHECK (stage IN ('FIRST', 'SECOND', 'DISPUTED', 'PENDING'))",
            "first_expert TEXT NULL",
            "first_opinion TEXT NULL CHECK ((first_opinion IS NULL) = (first_expert IS NULL))",
            // The second opinion is never the first expert's.
            "second_expert TEXT NULL CHECK (second_expert <> first_expert)",
            "second_opinion TEXT NULL CHECK ((second_opinion IS NULL) = (second_expert IS NULL))",
            "pending_expert TEXT NULL",
            "pending_outcome TEXT NULL CHECK (pending_outcome IN ('ACCEPTED', 'REJECTED'))",
            "pending TEXT NULL CHECK ((stage = 'PENDING') = (pending IS NOT NULL))",
            "settle_us BIGINT NULL",
            "publish_us BIGINT NULL",
            // In time of working days without pauses, from the opening to the decision.
            "working_us BIGINT NULL",
            "pause_us BIGINT NULL CHECK (pause_us IS NULL OR state IN ('OPEN'))",
            "pause_due_us BIGINT NULL",
            "pause_person TEXT NULL",
            "pause_reason TEXT NULL CHECK ((pause_us IS NULL) = (pause_reason IS NULL))",
            "pauses TEXT NOT NULL DEFAULT '[]'",
            "wish_us BIGINT NULL",
            "wish_sections TEXT NULL",
            "wish_decline_us BIGINT NULL",
            "withdraw_cause TEXT NULL CHECK (withdraw_cause IN ('WITHDRAWN', 'DISQUALIFIED'))",
            "escalate_us BIGINT NULL",
            // The ids of the submission's sections, once somebody has read it; it never changes.
            "sections TEXT NULL",
            "calendar_sequence BIGINT NOT NULL DEFAULT 0",
        ] {
            db.execute_unprepared(&format!("ALTER TABLE review_task ADD COLUMN {column}"))
                .await?;
        }
        for sql in [
            "CREATE INDEX review_task_campaign ON review_task (campaign, stage, state, rank_us, id)",
            "CREATE INDEX review_task_working ON review_task (campaign, state, working_us)",
            "CREATE INDEX review_task_publish ON review_task (stage, publish_us, rank_us, id)",
            "CREATE INDEX review_task_pending ON review_task (pending_expert, campaign)",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
