//! Documents wait for their check in a queue; infected ones have no bytes; blobs are found by name.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

pub struct DocumentChecks;

impl MigrationName for DocumentChecks {
    fn name(&self) -> &'static str {
        "m0012_document_checks"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for DocumentChecks {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let (rules, by_bytes) = match db.get_database_backend() {
            DbBackend::Postgres => (POSTGRES, " COLLATE \"C\""),
            _ => (SQLITE, ""),
        };
        for sql in rules {
            db.execute_unprepared(sql).await?;
        }
        for sql in [
            // How the parts of an upload are thrown away that nobody lived to finish.
            "ALTER TABLE loose_blob ADD COLUMN parts TEXT NULL",
            "CREATE INDEX document_unchecked ON document (uploaded_us, id)
                WHERE state IN ('SCANNING', 'SCAN_FAILED')",
        ] {
            db.execute_unprepared(sql).await?;
        }
        // In the order in which a store lists them.
        let sql = format!("CREATE UNIQUE INDEX document_blob ON document (blob{by_bytes})");
        db.execute_unprepared(&sql).await?;
        Ok(())
    }
}

/// `check_due_us`: nobody begins its check before.
const POSTGRES: &[&str] = &[
    "ALTER TABLE document ADD COLUMN check_due_us BIGINT NOT NULL DEFAULT 0,
        ADD COLUMN failed_checks INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE document DROP CONSTRAINT document_check",
    "ALTER TABLE document ADD CONSTRAINT document_bytes
        CHECK ((state IN ('UPLOADING', 'INFECTED')) = (blob IS NULL))",
];

/// SQLite can't change a check: the table is made anew.
const SQLITE: &[&str] = &[
    "CREATE TABLE document_new (
        id TEXT PRIMARY KEY, application TEXT NOT NULL REFERENCES application (id),
        section TEXT NOT NULL, kind TEXT NOT NULL, file_name TEXT NOT NULL,
        media_type TEXT NOT NULL, size_bytes BIGINT NOT NULL CHECK (size_bytes > 0),
        sha256 TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('UPLOADING', 'SCANNING', 'CLEAN', 'INFECTED',
            'SCAN_FAILED')),
        blob TEXT NULL, created_us BIGINT NOT NULL, uploaded_us BIGINT NULL,
        deleted_us BIGINT NULL, held BOOLEAN NOT NULL, version BIGINT NOT NULL,
        check_due_us BIGINT NOT NULL DEFAULT 0, failed_checks INTEGER NOT NULL DEFAULT 0,
        CONSTRAINT document_bytes
            CHECK ((state IN ('UPLOADING', 'INFECTED')) = (blob IS NULL)))",
    "INSERT INTO document_new (id, application, section, kind, file_name, media_type, size_bytes,
        sha256, state, blob, created_us, uploaded_us, deleted_us, held, version)
     SELECT id, application, section, kind, file_name, media_type, size_bytes,
        sha256, state, blob, created_us, uploaded_us, deleted_us, held, version FROM document",
    "DROP TABLE document",
    "ALTER TABLE document_new RENAME TO document",
    "CREATE INDEX document_application ON document (application, id)",
    "CREATE INDEX document_state ON document (state, created_us)",
];
