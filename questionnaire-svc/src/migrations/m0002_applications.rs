//! Applications and their sections. The row of an application is the lock of all that is its own.

use sea_orm_migration::prelude::*;

pub struct Applications;

impl MigrationName for Applications {
    fn name(&self) -> &'static str {
        "m0002_applications"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Applications {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            // `person` is what identity-svc told when the application was opened.
            // `waiting_result` is a language result that could not fill the certificate section yet.
            "CREATE TABLE application (
                id TEXT PRIMARY KEY, campaign TEXT NOT NULL REFERENCES campaign (id),
                account TEXT NOT NULL, form_revision TEXT NOT NULL, person TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('DRAFT', 'SUBMITTED', 'IN_REVIEW',
                    'CORRECTION_REQUESTED', 'ACCEPTED', 'REJECTED', 'WITHDRAWN', 'EXPIRED',
                    'DISQUALIFIED', 'ERRONEOUS')),
                submission_count INTEGER NOT NULL, submission TEXT NULL,
                created_us BIGINT NOT NULL, submit_us BIGINT NULL, decide_us BIGINT NULL,
                end_us BIGINT NULL, correction TEXT NULL, reasons TEXT NULL,
                certificate_declared_us BIGINT NULL, promo_claimed_us BIGINT NULL,
                waiting_result TEXT NULL, version BIGINT NOT NULL,
                CHECK ((submission IS NULL) = (submission_count = 0)),
                CHECK ((state = 'CORRECTION_REQUESTED') = (correction IS NOT NULL)))",
            // One application per person and campaign.
            "CREATE UNIQUE INDEX application_person ON application (campaign, account)",
            "CREATE INDEX application_account ON application (account, id)",
            "CREATE INDEX application_state ON application (state, campaign)",
            "CREATE TABLE section (
                application TEXT NOT NULL REFERENCES application (id), section TEXT NOT NULL,
                answers TEXT NOT NULL,
                source TEXT NOT NULL CHECK (source IN ('APPLICANT', 'LANGUAGE_RESULT')),
                updated_us BIGINT NOT NULL, version BIGINT NOT NULL,
                PRIMARY KEY (application, section))",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
