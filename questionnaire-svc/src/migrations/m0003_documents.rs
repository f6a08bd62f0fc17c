//! Documents, and the blobs that no document names.

use sea_orm_migration::prelude::*;

pub struct Documents;

impl MigrationName for Documents {
    fn name(&self) -> &'static str {
        "m0003_documents"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Documents {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            // `held`: a submission shows it, so deleting it only hides it from the draft.
            "CREATE TABLE document (
                id TEXT PRIMARY KEY, application TEXT NOT NULL REFERENCES application (id),
                section TEXT NOT NULL, kind TEXT NOT NULL, file_name TEXT NOT NULL,
                media_type TEXT NOT NULL, size_bytes BIGINT NOT NULL CHECK (size_bytes > 0),
                sha256 TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('UPLOADING', 'SCANNING', 'CLEAN', 'INFECTED',
                    'SCAN_FAILED')),
                blob TEXT NULL, created_us BIGINT NOT NULL, uploaded_us BIGINT NULL,
                deleted_us BIGINT NULL, held BOOLEAN NOT NULL, version BIGINT NOT NULL,
                CHECK ((state = 'UPLOADING') = (blob IS NULL)))",
            "CREATE INDEX document_application ON document (application, id)",
            "CREATE INDEX document_state ON document (state, created_us)",
            // Written before the first byte of an upload and when a document lets go of its blob:
            // whatever breaks off, the sweep finds what is left.
            "CREATE TABLE loose_blob (blob TEXT PRIMARY KEY, loose_us BIGINT NOT NULL)",
            "CREATE INDEX loose_blob_since ON loose_blob (loose_us)",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
