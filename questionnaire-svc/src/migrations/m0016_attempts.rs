//! Attempts: which application takes which of the attempts that a person has in a year.

use sea_orm_migration::prelude::*;

pub struct Attempts;

impl MigrationName for Attempts {
    fn name(&self) -> &'static str {
        "m0016_attempts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Attempts {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            // Each number once: whoever comes second takes the next, or none.
            "CREATE TABLE attempt (
                account TEXT NOT NULL, programme TEXT NOT NULL, year INTEGER NOT NULL,
                number INTEGER NOT NULL CHECK (number >= 1),
                application TEXT NOT NULL UNIQUE REFERENCES application (id),
                PRIMARY KEY (account, programme, year, number))",
            "ALTER TABLE application ADD COLUMN attempt_kind TEXT NULL
                CHECK (attempt_kind IN ('FREE', 'PAID'))",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
