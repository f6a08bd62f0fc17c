//! The decision log: rows bound by their hashes, and a head. Decisions made before it are its first
//! rows. The database itself refuses to change, delete or skip one.

use chassis::database::query_all;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::store::{decision_log, task};

pub struct DecisionLog;

impl MigrationName for DecisionLog {
    fn name(&self) -> &'static str {
        "m0003_decision_log"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for DecisionLog {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let (bytes, nothing) = match db.get_database_backend() {
            DbBackend::Postgres => ("BYTEA", "decode(repeat('00', 32), 'hex')"),
            _ => ("BLOB", "zeroblob(32)"),
        };
        for sql in [
            // A row that continues another's predecessor would fork the log: `previous_hash` is unique.
            format!(
                "CREATE TABLE decision_log_entry (
                    sequence BIGINT PRIMARY KEY CHECK (sequence > 0),
                    previous_hash {bytes} NOT NULL UNIQUE, content {bytes} NOT NULL,
                    hash {bytes} NOT NULL UNIQUE,
                    task TEXT NOT NULL UNIQUE REFERENCES decision (task))"
            ),
            format!(
                "CREATE TABLE decision_log_head (
                    id INTEGER PRIMARY KEY CHECK (id = 1),
                    sequence BIGINT NOT NULL, hash {bytes} NOT NULL)"
            ),
            format!("INSERT INTO decision_log_head (id, sequence, hash) VALUES (1, 0, {nothing})"),
        ] {
            db.execute_unprepared(&sql).await?;
        }
        log_earlier_decisions(db).await?;
        for sql in append_only(db.get_database_backend()) {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}

/// In the order in which they were made, by the columns that there are at this migration.
async fn log_earlier_decisions(db: &SchemaManagerConnection<'_>) -> Result<(), DbErr> {
    // Columns that came later are given as they would be read of a task decided back then.
    let sql = "SELECT '' AS direction, 'FIRST' AS stage, NULL AS first_opinion,
            NULL AS second_opinion, NULL AS pending, CAST(NULL AS BIGINT) AS publish_us,
            CAST(NULL AS BIGINT) AS working_us, CAST(NULL AS BIGINT) AS pause_us,
            CAST(NULL AS BIGINT) AS pause_due_us, NULL AS pause_person, NULL AS pause_reason,
            '[]' AS pauses, CAST(NULL AS BIGINT) AS wish_us, NULL AS wish_sections,
            CAST(NULL AS BIGINT) AS wish_decline_us, NULL AS withdraw_cause,
            CAST(NULL AS BIGINT) AS escalate_us, NULL AS sections,
            CAST(0 AS BIGINT) AS calendar_sequence, t.id, t.application, t.submission, t.campaign, t.applicant,
            t.submission_number, t.state, t.open_us, t.due_us, t.working_days, t.calendar_version,
            t.claim_expert, t.claim_us, t.lease_us, t.start_us, t.close_us, t.version,
            d.outcome, d.expert AS decide_expert, d.decide_us, d.reasons, d.items,
            d.correction_due_us
         FROM decision d JOIN review_task t ON t.id = d.task ORDER BY d.decide_us, d.task";
    let failed = |error| DbErr::Custom(format!("an earlier decision can't be logged: {error:?}"));
    for row in query_all(db, sql, []).await? {
        let kept = task::read(&row).map_err(failed)?;
        decision_log::append(db, &kept).await.map_err(failed)?;
    }
    Ok(())
}

/// What lets the log grow only, in the words of each engine.
fn append_only(backend: DbBackend) -> &'static [&'static str] {
    match backend {
        DbBackend::Postgres => &[
            "CREATE FUNCTION decision_log_grows() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'the decision log only grows'; END $$",
            "CREATE TRIGGER decision_log_entry_stays BEFORE UPDATE OR DELETE ON decision_log_entry
             FOR EACH ROW EXECUTE FUNCTION decision_log_grows()",
            "CREATE TRIGGER decision_log_entries_stay BEFORE TRUNCATE ON decision_log_entry
             FOR EACH STATEMENT EXECUTE FUNCTION decision_log_grows()",
            "CREATE TRIGGER decision_log_head_moves_by_one BEFORE UPDATE ON decision_log_head
             FOR EACH ROW WHEN (NEW.sequence <> OLD.sequence + 1)
             EXECUTE FUNCTION decision_log_grows()",
            "CREATE TRIGGER decision_log_head_stays BEFORE DELETE ON decision_log_head
             FOR EACH ROW EXECUTE FUNCTION decision_log_grows()",
            "CREATE TRIGGER decision_log_heads_stay BEFORE TRUNCATE ON decision_log_head
             FOR EACH STATEMENT EXECUTE FUNCTION decision_log_grows()",
        ],
        _ => &[
            "CREATE TRIGGER decision_log_entry_is_not_updated BEFORE UPDATE ON decision_log_entry
             BEGIN SELECT RAISE(ABORT, 'the decision log only grows'); END",
            "CREATE TRIGGER decision_log_entry_is_not_deleted BEFORE DELETE ON decision_log_entry
             BEGIN SELECT RAISE(ABORT, 'the decision log only grows'); END",
            "CREATE TRIGGER decision_log_head_moves_by_one BEFORE UPDATE ON decision_log_head
             WHEN NEW.sequence <> OLD.sequence + 1
             BEGIN SELECT RAISE(ABORT, 'the decision log only grows'); END",
            "CREATE TRIGGER decision_log_head_is_not_deleted BEFORE DELETE ON decision_log_head
             BEGIN SELECT RAISE(ABORT, 'the decision log only grows'); END",
        ],
    }
}
