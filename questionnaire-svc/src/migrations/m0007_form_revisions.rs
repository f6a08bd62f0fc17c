//! Revisions of forms that campaign managers make, and moves of drafts from one to another.

use sea_orm_migration::prelude::*;

pub struct FormRevisions;

impl MigrationName for FormRevisions {
    fn name(&self) -> &'static str {
        "m0007_form_revisions"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for FormRevisions {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            // The row is the lock that numbers are given out under.
            "CREATE TABLE form (
                id TEXT PRIMARY KEY, programme TEXT NOT NULL, last_number INTEGER NOT NULL)",
            "CREATE TABLE form_revision (
                id TEXT PRIMARY KEY, form TEXT NOT NULL REFERENCES form (id),
                number INTEGER NULL, content TEXT NOT NULL, created_us BIGINT NOT NULL,
                published_us BIGINT NULL, CHECK ((number IS NULL) = (published_us IS NULL)))",
            // A number is given once; drafts have none yet.
            "CREATE UNIQUE INDEX form_revision_number ON form_revision (form, number)",
            "ALTER TABLE application ADD COLUMN rebased_us BIGINT NULL",
            "CREATE TABLE rebase (
                id TEXT PRIMARY KEY, application TEXT NOT NULL REFERENCES application (id),
                from_revision TEXT NOT NULL, to_revision TEXT NOT NULL, changes TEXT NOT NULL,
                set_aside TEXT NOT NULL, rebased_us BIGINT NOT NULL)",
            "CREATE UNIQUE INDEX rebase_application ON rebase (application, to_revision)",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
