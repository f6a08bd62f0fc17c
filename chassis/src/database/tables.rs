//! The tables that the chassis keeps in every service's database: request answers, outbox, events
//! taken, audit rows.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

/// First in every service's list of migrations.
pub struct ChassisTables;

impl MigrationName for ChassisTables {
    fn name(&self) -> &'static str {
        "m0000_chassis"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ChassisTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let (serial, bytes) = match db.get_database_backend() {
            DbBackend::Postgres => ("BIGSERIAL PRIMARY KEY", "BYTEA"),
            _ => ("INTEGER PRIMARY KEY AUTOINCREMENT", "BLOB"),
        };
        let tables = [
            format!(
                "CREATE TABLE once (
                    caller TEXT NOT NULL, rpc TEXT NOT NULL, request_id TEXT NOT NULL,
                    request_hash {bytes} NOT NULL, answer {bytes} NULL, created_us BIGINT NOT NULL,
                    PRIMARY KEY (caller, rpc, request_id))"
            ),
            "CREATE INDEX once_created ON once (created_us)".into(),
            format!(
                "CREATE TABLE outbox (
                    seq {serial}, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, about TEXT NOT NULL,
                    payload {bytes} NOT NULL, created_us BIGINT NOT NULL,
                    attempts INTEGER NOT NULL DEFAULT 0, retry_us BIGINT NOT NULL DEFAULT 0,
                    dead BOOLEAN NOT NULL DEFAULT FALSE)"
            ),
            "CREATE INDEX outbox_due ON outbox (dead, seq)".into(),
            "CREATE TABLE event_taken (
                subscriber TEXT NOT NULL, event_id TEXT NOT NULL, taken_us BIGINT NOT NULL,
                PRIMARY KEY (subscriber, event_id))"
                .into(),
            format!(
                "CREATE TABLE audit (
                    seq {serial}, at_us BIGINT NOT NULL, caller TEXT NOT NULL, action TEXT NOT NULL,
                    resource TEXT NOT NULL, detail TEXT NOT NULL)"
            ),
            "CREATE INDEX audit_resource ON audit (resource, seq)".into(),
        ];
        for sql in tables {
            db.execute_unprepared(&sql).await?;
        }
        Ok(())
    }
}
