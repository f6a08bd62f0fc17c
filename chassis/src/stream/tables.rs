//! What a service keeps of the stream in its own database.

use sea_orm_migration::prelude::*;

/// The place of an outbox row in the stream, the groups that listen, the lease of the reader, and
/// events that could not be taken. In every service's list, after what was there before it.
pub struct StreamTables;

impl MigrationName for StreamTables {
    fn name(&self) -> &'static str {
        "m0000_chassis_stream"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for StreamTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let bytes = match db.get_database_backend() {
            sea_orm::DbBackend::Postgres => "BYTEA",
            _ => "BLOB",
        };
        let steps = [
            // The life of the stream that the row was added to; another life: add it again.
            "ALTER TABLE outbox ADD COLUMN stream_epoch TEXT NULL".to_owned(),
            "ALTER TABLE outbox ADD COLUMN stream_ms BIGINT NULL".into(),
            "ALTER TABLE outbox ADD COLUMN stream_counter BIGINT NULL".into(),
            "CREATE INDEX outbox_stream ON outbox (stream_ms, stream_counter)".into(),
            // A group that was ever seen must acknowledge before an event is forgotten.
            "CREATE TABLE stream_group (name TEXT NOT NULL PRIMARY KEY)".into(),
            "CREATE TABLE stream_lease (
                name TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, until_us BIGINT NOT NULL)"
                .into(),
            format!(
                "CREATE TABLE stream_dead (
                    event_id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, about TEXT NOT NULL,
                    payload {bytes} NOT NULL, dead_us BIGINT NOT NULL)"
            ),
        ];
        for sql in steps {
            db.execute_unprepared(&sql).await?;
        }
        Ok(())
    }
}
