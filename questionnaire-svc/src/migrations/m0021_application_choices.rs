//! What applicants of colleges choose, and the number of an application.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

pub struct ApplicationChoices;

impl MigrationName for ApplicationChoices {
    fn name(&self) -> &'static str {
        "m0021_application_choices"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ApplicationChoices {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let by_bytes = match db.get_database_backend() {
            DbBackend::Postgres => " COLLATE \"C\"",
            _ => "",
        };
        for sql in [
            // Numbers are counted in stripes, each for itself: people who send at once on the last day
            // wait for each other only within a stripe.
            "CREATE TABLE application_number (
                campaign TEXT NOT NULL REFERENCES campaign (id), stripe BIGINT NOT NULL,
                taken BIGINT NOT NULL, PRIMARY KEY (campaign, stripe))"
                .to_owned(),
            "ALTER TABLE application ADD COLUMN number TEXT NULL".to_owned(),
            // The college whose board fills it in for somebody.
            "ALTER TABLE application ADD COLUMN filled_by TEXT NULL".to_owned(),
            "CREATE UNIQUE INDEX application_by_number ON application (campaign, number)
                WHERE number IS NOT NULL"
                .to_owned(),
            format!(
                "CREATE TABLE application_choice (
                    id TEXT{by_bytes} PRIMARY KEY, campaign TEXT NOT NULL REFERENCES campaign (id),
                    application TEXT NOT NULL REFERENCES application (id),
                    submission TEXT NOT NULL,
                    preference INTEGER NOT NULL CHECK (preference BETWEEN 1 AND 4),
                    specialty TEXT NOT NULL REFERENCES specialty (id), bin TEXT NOT NULL,
                    state TEXT NOT NULL CHECK (state IN
                        ('NEW', 'IN_PROCESSING', 'ACCEPTED', 'REJECTED', 'WITHDRAWN', 'ERRONEOUS')),
                    reason_codes TEXT NOT NULL, marks TEXT NOT NULL, merits TEXT NOT NULL,
                    quota_categories TEXT NOT NULL,
                    corrections INTEGER NOT NULL DEFAULT 0 CHECK (corrections >= 0),
                    was_accepted BOOLEAN NOT NULL DEFAULT FALSE,
                    created_us BIGINT NOT NULL, state_us BIGINT NOT NULL, version BIGINT NOT NULL,
                    UNIQUE (application, preference), UNIQUE (application, specialty))"
            ),
            "CREATE INDEX application_choice_folder ON application_choice (bin, campaign, id)".to_owned(),
            "CREATE INDEX application_choice_specialty ON application_choice (specialty, state, id)"
                .to_owned(),
        ] {
            db.execute_unprepared(&sql).await?;
        }
        Ok(())
    }
}
