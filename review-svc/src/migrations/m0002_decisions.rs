//! Decisions: one per task, written once. The database itself refuses to change or delete one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

pub struct Decisions;

impl MigrationName for Decisions {
    fn name(&self) -> &'static str {
        "m0002_decisions"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Decisions {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(
            "CREATE TABLE decision (
                task TEXT PRIMARY KEY REFERENCES review_task (id),
                outcome TEXT NOT NULL
                    CHECK (outcome IN ('ACCEPTED', 'REJECTED', 'CORRECTION_REQUESTED')),
                expert TEXT NOT NULL, decide_us BIGINT NOT NULL,
                reasons TEXT NOT NULL, items TEXT NOT NULL, correction_due_us BIGINT NULL,
                CHECK ((outcome = 'CORRECTION_REQUESTED') = (correction_due_us IS NOT NULL)))",
        )
        .await?;
        db.execute_unprepared("CREATE INDEX decision_expert ON decision (expert, task)")
            .await?;
        for sql in immutable(db.get_database_backend()) {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}

/// What keeps the rows as they were written, in the words of each engine.
fn immutable(backend: DbBackend) -> &'static [&'static str] {
    match backend {
        DbBackend::Postgres => &[
            "CREATE FUNCTION decision_stays() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'a decision is not changed'; END $$",
            "CREATE TRIGGER decision_stays BEFORE UPDATE OR DELETE ON decision
             FOR EACH ROW EXECUTE FUNCTION decision_stays()",
        ],
        _ => &[
            "CREATE TRIGGER decision_is_not_updated BEFORE UPDATE ON decision
             BEGIN SELECT RAISE(ABORT, 'a decision is not changed'); END",
            "CREATE TRIGGER decision_is_not_deleted BEFORE DELETE ON decision
             BEGIN SELECT RAISE(ABORT, 'a decision is not changed'); END",
        ],
    }
}
