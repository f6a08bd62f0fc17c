//! Entrance exams of colleges: sittings that people share, and who sits in them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

pub struct EntranceExams;

impl MigrationName for EntranceExams {
    fn name(&self) -> &'static str {
        "m0022_entrance_exams"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for EntranceExams {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let backend = db.get_database_backend();
        for sql in [
            "CREATE TABLE exam_sitting (
                id TEXT PRIMARY KEY, specialty TEXT NOT NULL REFERENCES specialty (id),
                bin TEXT NOT NULL, exam TEXT NOT NULL, starts_us BIGINT NOT NULL,
                address TEXT NOT NULL, graded BOOLEAN NOT NULL DEFAULT FALSE,
                created_us BIGINT NOT NULL, version BIGINT NOT NULL)",
            "CREATE INDEX exam_sitting_specialty ON exam_sitting (specialty, starts_us, id)",
            // A person sits an exam of a choice once.
            "CREATE TABLE exam_entry (
                choice TEXT NOT NULL REFERENCES application_choice (id), exam TEXT NOT NULL,
                sitting TEXT NOT NULL REFERENCES exam_sitting (id),
                points TEXT NULL, absent BOOLEAN NOT NULL DEFAULT FALSE, graded_us BIGINT NULL,
                CHECK ((graded_us IS NOT NULL) = (points IS NOT NULL OR absent)),
                CHECK (points IS NULL OR NOT absent),
                PRIMARY KEY (choice, exam))",
            "CREATE INDEX exam_entry_sitting ON exam_entry (sitting, choice)",
        ] {
            db.execute_unprepared(sql).await?;
        }
        for sql in graded_stays(backend) {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}

/// Баға қойылған жағдайда емтихан уақытын өзгерту мүмкін емес: a sitting of which anybody has points
/// keeps its time and place, and points, or that nobody came, keep what they are, whoever writes past the service.
fn graded_stays(backend: DbBackend) -> &'static [&'static str] {
    match backend {
        DbBackend::Postgres => &[
            "CREATE TRIGGER exam_sitting_stays BEFORE UPDATE OR DELETE ON exam_sitting
             FOR EACH ROW WHEN (OLD.graded) EXECUTE FUNCTION only_grows()",
            "CREATE TRIGGER exam_entry_stays BEFORE UPDATE OR DELETE ON exam_entry
             FOR EACH ROW WHEN (OLD.graded_us IS NOT NULL) EXECUTE FUNCTION only_grows()",
        ],
        _ => &[
            "CREATE TRIGGER exam_sitting_is_not_updated BEFORE UPDATE ON exam_sitting
             WHEN OLD.graded BEGIN SELECT RAISE(ABORT, 'a graded exam stays'); END",
            "CREATE TRIGGER exam_sitting_is_not_deleted BEFORE DELETE ON exam_sitting
             WHEN OLD.graded BEGIN SELECT RAISE(ABORT, 'a graded exam stays'); END",
            "CREATE TRIGGER exam_entry_is_not_updated BEFORE UPDATE ON exam_entry
             WHEN OLD.graded_us IS NOT NULL BEGIN SELECT RAISE(ABORT, 'points stay'); END",
            "CREATE TRIGGER exam_entry_is_not_deleted BEFORE DELETE ON exam_entry
             WHEN OLD.graded_us IS NOT NULL BEGIN SELECT RAISE(ABORT, 'points stay'); END",
        ],
    }
}
