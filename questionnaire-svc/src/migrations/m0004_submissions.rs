//! Submissions: applications as they were sent. The database itself refuses to change one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

pub struct Submissions;

impl MigrationName for Submissions {
    fn name(&self) -> &'static str {
        "m0004_submissions"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Submissions {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            "CREATE TABLE submission (
                id TEXT PRIMARY KEY, application TEXT NOT NULL REFERENCES application (id),
                number INTEGER NOT NULL, submit_us BIGINT NOT NULL,
                content TEXT NOT NULL, content_sha256 TEXT NOT NULL)",
            // Of two submits at once, one wins.
            "CREATE UNIQUE INDEX submission_number ON submission (application, number)",
        ] {
            db.execute_unprepared(sql).await?;
        }
        for sql in frozen(db.get_database_backend()) {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}

/// What keeps the rows as they were written, in the words of each engine. Deleting stays possible:
/// the term of retention ends some day.
fn frozen(backend: DbBackend) -> &'static [&'static str] {
    match backend {
        DbBackend::Postgres => &[
            "CREATE FUNCTION submission_stays() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'a submission is not changed'; END $$",
            "CREATE TRIGGER submission_stays BEFORE UPDATE ON submission
             FOR EACH ROW EXECUTE FUNCTION submission_stays()",
        ],
        _ => &["CREATE TRIGGER submission_stays BEFORE UPDATE ON submission
             BEGIN SELECT RAISE(ABORT, 'a submission is not changed'); END"],
    }
}
