//! Colleges: their profiles and their specialties.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

pub struct Colleges;

impl MigrationName for Colleges {
    fn name(&self) -> &'static str {
        "m0018_colleges"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Colleges {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        // The order of a list is that of our alphabet, by bytes.
        let by_bytes = match db.get_database_backend() {
            DbBackend::Postgres => " COLLATE \"C\"",
            _ => "",
        };
        for sql in [
            format!(
                "CREATE TABLE college (
                    bin TEXT{by_bytes} PRIMARY KEY, profile TEXT NOT NULL, region TEXT NOT NULL,
                    place TEXT{by_bytes} NOT NULL, updated_us BIGINT NOT NULL,
                    version BIGINT NOT NULL)"
            ),
            "CREATE INDEX college_place ON college (place, bin)".to_owned(),
            format!(
                "CREATE TABLE specialty (
                    id TEXT{by_bytes} PRIMARY KEY, campaign TEXT NOT NULL REFERENCES campaign (id),
                    bin TEXT NOT NULL, code TEXT{by_bytes} NOT NULL, payment TEXT NOT NULL,
                    training_kind TEXT NOT NULL, education_base TEXT NOT NULL,
                    study_form TEXT NOT NULL, language TEXT NOT NULL,
                    qualification_level TEXT NOT NULL, region TEXT NOT NULL,
                    places INTEGER NOT NULL CHECK (places >= 1), quotas TEXT NOT NULL,
                    exam TEXT NOT NULL CHECK (exam IN ('NONE', 'REQUIRED')),
                    term_months INTEGER NOT NULL CHECK (term_months >= 1),
                    state TEXT NOT NULL CHECK (state IN ('OPEN', 'CLOSED')),
                    ranking_started BOOLEAN NOT NULL DEFAULT FALSE,
                    created_us BIGINT NOT NULL, updated_us BIGINT NOT NULL,
                    version BIGINT NOT NULL)"
            ),
            // What was closed makes room for another.
            "CREATE UNIQUE INDEX specialty_once ON specialty
                (campaign, bin, code, education_base, study_form, language, payment)
                WHERE state = 'OPEN'"
                .to_owned(),
            "CREATE INDEX specialty_of_campaign ON specialty (campaign, code, id)".to_owned(),
            "CREATE INDEX specialty_of_college ON specialty (bin, code, id)".to_owned(),
        ] {
            db.execute_unprepared(&sql).await?;
        }
        Ok(())
    }
}
