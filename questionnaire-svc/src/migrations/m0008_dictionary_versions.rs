//! Versions of dictionaries that campaign managers import; those that came with the service have none here.

use sea_orm_migration::prelude::*;

pub struct DictionaryVersions;

impl MigrationName for DictionaryVersions {
    fn name(&self) -> &'static str {
        "m0008_dictionary_versions"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for DictionaryVersions {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            // Of two imports at once, one takes the number.
            "CREATE TABLE dictionary_version (
                dictionary TEXT NOT NULL, number INTEGER NOT NULL, title TEXT NOT NULL,
                entries TEXT NOT NULL, start_us BIGINT NOT NULL, created_us BIGINT NOT NULL,
                PRIMARY KEY (dictionary, number))",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
