//! Saved filters: each person's own.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

pub struct SavedFilters;

impl MigrationName for SavedFilters {
    fn name(&self) -> &'static str {
        "m0008_saved_filters"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for SavedFilters {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let bytes = match db.get_database_backend() {
            DbBackend::Postgres => "BYTEA",
            _ => "BLOB",
        };
        for sql in [
            // The filter is kept as the contract's own bytes: fields that are added later are there.
            format!(
                "CREATE TABLE saved_filter (
                    id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL,
                    filter {bytes} NOT NULL, create_us BIGINT NOT NULL)"
            ),
            "CREATE INDEX saved_filter_owner ON saved_filter (owner, create_us, id)".to_owned(),
        ] {
            db.execute_unprepared(&sql).await?;
        }
        Ok(())
    }
}
