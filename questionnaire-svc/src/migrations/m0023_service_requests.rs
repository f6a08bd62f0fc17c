//! What people ask of colleges besides a place on the state order, and the places of dormitories.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

pub struct ServiceRequests;

impl MigrationName for ServiceRequests {
    fn name(&self) -> &'static str {
        "m0023_service_requests"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ServiceRequests {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let by_bytes = match db.get_database_backend() {
            DbBackend::Postgres => " COLLATE \"C\"",
            _ => "",
        };
        for sql in [
            // The turns are counted, so that nobody asks without end.
            format!(
                "CREATE TABLE service_request (
                    id TEXT{by_bytes} PRIMARY KEY, bin TEXT NOT NULL, account TEXT NOT NULL,
                    application TEXT NOT NULL REFERENCES application (id),
                    kind TEXT NOT NULL CHECK (kind IN ('PAID_STUDY', 'DORMITORY', 'MEALS')),
                    academic_year INTEGER NOT NULL,
                    turn INTEGER NOT NULL CHECK (turn BETWEEN 1 AND 5),
                    specialty TEXT NULL REFERENCES specialty (id),
                    from_day TEXT NULL, until_day TEXT NULL, quota_category TEXT NOT NULL,
                    note TEXT NOT NULL,
                    state TEXT NOT NULL CHECK (state IN ('REQUESTED', 'ACKNOWLEDGED', 'GRANTED',
                        'REFUSED', 'WITHDRAWN', 'ENDED')),
                    reason_codes TEXT NOT NULL, comment TEXT NOT NULL,
                    created_us BIGINT NOT NULL, state_us BIGINT NOT NULL, version BIGINT NOT NULL,
                    CHECK ((kind = 'PAID_STUDY') = (specialty IS NOT NULL)),
                    CHECK ((kind = 'DORMITORY') = (from_day IS NOT NULL)),
                    CHECK ((kind = 'DORMITORY') = (until_day IS NOT NULL)),
                    UNIQUE (account, bin, kind, academic_year, turn))"
            ),
            // One that is open, of a person, college, kind and year.
            "CREATE UNIQUE INDEX service_request_open ON service_request
                (account, bin, kind, academic_year)
                WHERE state IN ('REQUESTED', 'ACKNOWLEDGED', 'GRANTED')"
                .to_owned(),
            "CREATE INDEX service_request_college ON service_request (bin, id)".to_owned(),
            "CREATE INDEX service_request_account ON service_request (account, id)".to_owned(),
            "CREATE TABLE dormitory (
                bin TEXT NOT NULL, academic_year INTEGER NOT NULL,
                places INTEGER NOT NULL CHECK (places >= 0),
                taken INTEGER NOT NULL CHECK (taken >= 0 AND taken <= places),
                updated_us BIGINT NOT NULL, version BIGINT NOT NULL,
                PRIMARY KEY (bin, academic_year))"
                .to_owned(),
        ] {
            db.execute_unprepared(&sql).await?;
        }
        Ok(())
    }
}
