//! Signed acts of colleges, and the log of those that happened: rows bound by their hashes, and a head.

use chassis::database::only_grows::only_grows;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

pub struct BoardActions;

impl MigrationName for BoardActions {
    fn name(&self) -> &'static str {
        "m0019_board_actions"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for BoardActions {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let backend = db.get_database_backend();
        let (bytes, nothing) = match backend {
            DbBackend::Postgres => ("BYTEA", "decode(repeat('00', 32), 'hex')"),
            _ => ("BLOB", "zeroblob(32)"),
        };
        for sql in [
            // It is done exactly where its signature is known.
            format!(
                "CREATE TABLE board_action (
                    id TEXT PRIMARY KEY, bin TEXT NOT NULL, signatory TEXT NOT NULL,
                    action TEXT NOT NULL, object TEXT NOT NULL, content {bytes} NOT NULL,
                    prepared_us BIGINT NOT NULL, expires_us BIGINT NOT NULL,
                    state TEXT NOT NULL CHECK (state IN ('PREPARED', 'DONE', 'EXPIRED')),
                    signature TEXT NULL, cms_sha256 {bytes} NULL, signed_us BIGINT NULL,
                    CHECK ((state = 'DONE') = (signature IS NOT NULL)),
                    CHECK ((state = 'DONE') = (cms_sha256 IS NOT NULL)),
                    CHECK ((state = 'DONE') = (signed_us IS NOT NULL)))"
            ),
            "CREATE INDEX board_action_college ON board_action (bin, id)".to_owned(),
            "CREATE INDEX board_action_waits ON board_action (expires_us) WHERE state <> 'DONE'"
                .to_owned(),
            // A row that continues another's predecessor would fork the log: `previous_hash` is unique.
            format!(
                "CREATE TABLE board_log_entry (
                    sequence BIGINT PRIMARY KEY CHECK (sequence > 0),
                    previous_hash {bytes} NOT NULL UNIQUE, content {bytes} NOT NULL,
                    hash {bytes} NOT NULL UNIQUE,
                    board_action TEXT NOT NULL UNIQUE REFERENCES board_action (id))"
            ),
            format!(
                "CREATE TABLE board_log_head (
                    id INTEGER PRIMARY KEY CHECK (id = 1),
                    sequence BIGINT NOT NULL, hash {bytes} NOT NULL)"
            ),
            format!("INSERT INTO board_log_head (id, sequence, hash) VALUES (1, 0, {nothing})"),
        ] {
            db.execute_unprepared(&sql).await?;
        }
        only_grows(db, "board_log_entry").await?;
        for sql in done_stays(backend) {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}

/// What was done is done for good, and the head goes on by one: in the words of each engine.
fn done_stays(backend: DbBackend) -> &'static [&'static str] {
    match backend {
        DbBackend::Postgres => &[
            "CREATE TRIGGER board_action_done_stays BEFORE UPDATE OR DELETE ON board_action
             FOR EACH ROW WHEN (OLD.state = 'DONE') EXECUTE FUNCTION only_grows()",
            "CREATE TRIGGER board_log_head_moves_by_one BEFORE UPDATE ON board_log_head
             FOR EACH ROW WHEN (NEW.sequence <> OLD.sequence + 1) EXECUTE FUNCTION only_grows()",
            "CREATE TRIGGER board_log_head_stays BEFORE DELETE ON board_log_head
             FOR EACH ROW EXECUTE FUNCTION only_grows()",
        ],
        _ => &[
            "CREATE TRIGGER board_action_done_is_not_updated BEFORE UPDATE ON board_action
             WHEN OLD.state = 'DONE' BEGIN SELECT RAISE(ABORT, 'what was signed stays'); END",
            "CREATE TRIGGER board_action_done_is_not_deleted BEFORE DELETE ON board_action
             WHEN OLD.state = 'DONE' BEGIN SELECT RAISE(ABORT, 'what was signed stays'); END",
            "CREATE TRIGGER board_log_head_moves_by_one BEFORE UPDATE ON board_log_head
             WHEN NEW.sequence <> OLD.sequence + 1
             BEGIN SELECT RAISE(ABORT, 'the log only grows'); END",
            "CREATE TRIGGER board_log_head_is_not_deleted BEFORE DELETE ON board_log_head
             BEGIN SELECT RAISE(ABORT, 'the log only grows'); END",
        ],
    }
}
