//! Organisations that people work in, and the words that they are found by.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

pub struct Organisations;

impl MigrationName for Organisations {
    fn name(&self) -> &'static str {
        "m0014_organisations"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Organisations {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        // A search by the beginning of a word is a range of bytes; so is the order of a list, whose
        // places are made by our alphabet.
        let by_bytes = match db.get_database_backend() {
            DbBackend::Postgres => " COLLATE \"C\"",
            _ => "",
        };
        for sql in [
            format!(
                "CREATE TABLE organisation (
                    bin TEXT{by_bytes} PRIMARY KEY, kk TEXT NOT NULL, ru TEXT NOT NULL,
                    en TEXT NOT NULL, kato TEXT NOT NULL, region TEXT NOT NULL, kind TEXT NOT NULL,
                    retired BOOLEAN NOT NULL, place TEXT{by_bytes} NOT NULL,
                    updated_us BIGINT NOT NULL)"
            ),
            "CREATE INDEX organisation_place ON organisation (place, bin)".to_owned(),
            "CREATE INDEX organisation_region ON organisation (region, place, bin)".to_owned(),
            format!(
                "CREATE TABLE organisation_word (
                    word TEXT{by_bytes} NOT NULL,
                    bin TEXT{by_bytes} NOT NULL REFERENCES organisation (bin),
                    PRIMARY KEY (word, bin))"
            ),
            "CREATE INDEX organisation_word_bin ON organisation_word (bin)".to_owned(),
        ] {
            db.execute_unprepared(&sql).await?;
        }
        Ok(())
    }
}
