//! Review policies of campaigns: a row per version, never changed.

use sea_orm_migration::prelude::*;

pub struct ReviewPolicies;

impl MigrationName for ReviewPolicies {
    fn name(&self) -> &'static str {
        "m0007_review_policies"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ReviewPolicies {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(
            "CREATE TABLE review_policy (
                campaign TEXT NOT NULL, version INTEGER NOT NULL CHECK (version > 0),
                working_days INTEGER NOT NULL, claims_per_expert INTEGER NOT NULL,
                second_opinion_percent INTEGER NOT NULL,
                second_opinion_on_rejection BOOLEAN NOT NULL,
                publication TEXT NOT NULL CHECK (publication IN ('IMMEDIATE', 'TOGETHER')),
                near_due_hours INTEGER NOT NULL, escalate_after_hours INTEGER NOT NULL,
                section_marks TEXT NOT NULL CHECK (section_marks IN ('REQUIRED', 'OPTIONAL')),
                update_us BIGINT NOT NULL,
                PRIMARY KEY (campaign, version))",
        )
        .await?;
        Ok(())
    }
}
