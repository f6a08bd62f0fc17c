//! Bugs planted on purpose: a test of the harness. None is in the product; each is put between its
//! parts, or into a database, and taken out again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chassis::database::{Database, execute};

use super::history::History;
use super::many::{Many, rules};
use super::play::{Actors, Play};
use super::report::{Counts, Report};
use super::schedule::{Fault, Step};
use super::worker::Retries;

/// Faults within which each has to be found.
pub const FOUND_WITHIN: usize = 30;
/// Faults between two looks.
const ROUND: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Bug {
    /// Whether a seat is left is looked up first and not held until it is taken.
    CheckThenAct,
    /// A client retries under a new request id.
    RetryWithoutIdempotency,
    /// A proxy says that a transaction is committed before PostgreSQL has heard of it.
    AcknowledgeBeforeCommit,
    /// PostgreSQL acknowledges what is not on the disk.
    SynchronousCommitOff,
    /// Some changes are made without their events.
    OutboxSkipped,
}

impl Bug {
    pub const ALL: [Self; 5] = [
        Self::CheckThenAct,
        Self::RetryWithoutIdempotency,
        Self::AcknowledgeBeforeCommit,
        Self::SynchronousCommitOff,
        Self::OutboxSkipped,
    ];

    /// The fault that brings it out best.
    fn faults(self) -> Vec<Step> {
        let fault = match self {
            Self::CheckThenAct | Self::OutboxSkipped => Fault::PostgresBackends,
            // A lost answer is what makes a client retry.
            Self::RetryWithoutIdempotency => Fault::PeopleReset,
            Self::AcknowledgeBeforeCommit => Fault::PostgresReset,
            Self::SynchronousCommitOff => Fault::PostgresRestart,
        };
        let step = |number: usize| Step {
            after: Duration::from_millis(400 + 30 * number as u64),
            lasts: Duration::from_millis(100),
            fault,
        };
        (0..FOUND_WITHIN).map(step).collect()
    }

    fn statements(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::CheckThenAct => &CHECK_THEN_ACT,
            Self::SynchronousCommitOff => &SYNCHRONOUS_COMMIT_OFF,
            Self::OutboxSkipped => &OUTBOX_SKIPPED,
            Self::RetryWithoutIdempotency | Self::AcknowledgeBeforeCommit => &[],
        }
    }
}

/// The table becomes a view: what is read in it is not locked, and what is written is what was read a
/// moment ago.
const CHECK_THEN_ACT: [(&str, &str); 5] = [
    (
        "ALTER TABLE test_sessions RENAME TO sessions_kept",
        "ALTER TABLE sessions_kept RENAME TO test_sessions",
    ),
    (
        "CREATE FUNCTION seen_sessions() RETURNS SETOF sessions_kept LANGUAGE sql STABLE AS
            'SELECT * FROM sessions_kept'",
        "DROP FUNCTION seen_sessions()",
    ),
    (
        "CREATE VIEW test_sessions AS SELECT * FROM seen_sessions()",
        "DROP VIEW test_sessions",
    ),
    (
        "CREATE FUNCTION act_later() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN
            PERFORM pg_sleep(0.03);
            UPDATE sessions_kept SET taken = NEW.taken, version = NEW.version WHERE id = NEW.id;
            RETURN NEW; END'",
        "DROP FUNCTION act_later()",
    ),
    (
        "CREATE TRIGGER act_later INSTEAD OF UPDATE ON test_sessions
            FOR EACH ROW EXECUTE FUNCTION act_later()",
        "DROP TRIGGER act_later ON test_sessions",
    ),
];

/// And it writes to the disk so seldom that a moment's work is lost.
const SYNCHRONOUS_COMMIT_OFF: [(&str, &str); 3] = [
    (
        "ALTER DATABASE testing SET synchronous_commit = off",
        "ALTER DATABASE testing RESET synchronous_commit",
    ),
    (
        "ALTER SYSTEM SET wal_writer_delay = '10s'",
        "ALTER SYSTEM RESET wal_writer_delay",
    ),
    ("SELECT pg_reload_conf()", "SELECT pg_reload_conf()"),
];

const OUTBOX_SKIPPED: [(&str, &str); 2] = [
    (
        "CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN RETURN CASE WHEN random() < 0.2 THEN NULL ELSE NEW END; END'",
        "DROP FUNCTION skip()",
    ),
    (
        "CREATE TRIGGER skip BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION skip()",
        "DROP TRIGGER skip ON outbox",
    ),
];

impl Many {
    /// Plants a bug, and looks after every few faults whether anything is broken.
    pub async fn run_planted(&self, bug: Bug, seed: u64) -> anyhow::Result<Report> {
        let begun = Instant::now();
        let options = self.options(seed)?;
        let scene = self.scene(&options).await?;
        self.plant(bug).await?;
        let history = Arc::new(History::default());
        let steps = bug.faults();
        let mut faults = 0;
        let mut report = loop {
            let actors = Actors {
                retries: match bug {
                    Bug::RetryWithoutIdempotency => Retries::UnderNewKeys,
                    _ => Retries::UnderTheSameKey,
                },
                seasons: None,
                seed: seed + faults as u64,
            };
            history.go_on();
            let play = Play::begin(&scene, actors, &history);
            self.hurt(&steps[faults..faults + ROUND], &history).await?;
            faults += ROUND;
            self.heal().await?;
            let played = play.end(&history).await;
            let report = Report {
                what: format!("planted: {bug:?}"),
                seed,
                faults,
                took: begun.elapsed(),
                counts: Counts::of(&history),
                rules: rules(&history, &self.rows(&scene).await?, &scene),
                seasons: Vec::new(),
                wrong: played.wrong,
                kept: None,
            };
            if !report.rules_hold() || faults >= FOUND_WITHIN {
                break report;
            }
        };
        self.pull_out(bug).await?;
        report.took = begun.elapsed();
        Ok(report)
    }

    async fn plant(&self, bug: Bug) -> anyhow::Result<()> {
        let statements = bug.statements().iter().map(|(plant, _)| *plant);
        self.put(statements).await?;
        self.speak_too_soon(bug, true);
        // Connections from now on know of it.
        self.lines.to("postgres", super::proxy::Proxy::reset);
        Ok(())
    }

    async fn pull_out(&self, bug: Bug) -> anyhow::Result<()> {
        self.speak_too_soon(bug, false);
        let statements = bug.statements().iter().rev().map(|(_, undo)| *undo);
        self.put(statements).await?;
        self.lines.to("postgres", super::proxy::Proxy::reset);
        Ok(())
    }

    fn speak_too_soon(&self, bug: Bug, on: bool) {
        if bug == Bug::AcknowledgeBeforeCommit {
            self.lines.to("postgres", |line| line.manners().plant(on));
        }
    }

    async fn put(&self, statements: impl Iterator<Item = &'static str>) -> anyhow::Result<()> {
        let url = self.fleet.database_url("testing-svc");
        let db = Database::connect(&url, 1).await?;
        // One connection, for settings are not changed in a transaction; it was made for reading.
        let writes = "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE";
        for sql in [writes].into_iter().chain(statements) {
            execute(db.read(), sql, []).await?;
        }
        Ok(db.close().await?)
    }
}
