//! One database per service: a SQLite file or PostgreSQL, spoken to with the same portable SQL.
//!
//! Reads and writes have a pool each. On SQLite the writing pool has one connection, so writers
//! queue in order instead of meeting a locked file; on PostgreSQL both are the same pool.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::Context;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    ExecResult, QueryResult, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait, Value,
};
/// A service's migrations: what a composition root needs to know of them.
pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;
use tokio::sync::Notify;

use crate::clock::Stopwatch;
use crate::telemetry::admin::Check;
use crate::telemetry::{metrics, summary, trace};

/// The lock that a migration holds; any number that nothing else locks in a service's database.
const MIGRATING: i64 = 0x6972_696b_7465_7500;

/// A transaction that will change something.
pub type Tx = DatabaseTransaction;

#[derive(Clone, Debug)]
pub struct Database {
    read: DatabaseConnection,
    write: DatabaseConnection,
    committed: Arc<Notify>,
    /// Transactions that wait for a connection now.
    waiting: Arc<AtomicI64>,
    most: u32,
}

/// How many connections there are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pool {
    pub open: i64,
    pub idle: i64,
    pub most: i64,
    pub waiting: i64,
}

impl Database {
    /// `sqlite:///path/to/file.db` or `postgres://…`.
    ///
    /// # Errors
    /// If the database can't be reached.
    pub async fn connect(url: &str, connections: u32) -> anyhow::Result<Self> {
        let sqlite = url.starts_with("sqlite:");
        let write = pool(url, if sqlite { 1 } else { connections }).await?;
        let read = if sqlite {
            pool(url, connections).await?
        } else {
            write.clone()
        };
        Ok(Self {
            read,
            write,
            committed: Arc::default(),
            waiting: Arc::default(),
            most: connections,
        })
    }

    /// For reading: never blocks behind a writer.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Whether statements over arrays can be used, and many may write at once.
    pub fn is_postgres(&self) -> bool {
        self.write.get_database_backend() == DbBackend::Postgres
    }

    /// Begins a transaction for writing.
    pub async fn begin(&self) -> Result<Tx, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        // Also when the caller gives up waiting.
        let _waits = Waits::new(&self.waiting);
        observed(&self.write, "BEGIN", self.write.begin_with_options(options)).await
    }

    /// Commits, and wakes whoever waits for new events in the outbox.
    pub async fn commit(&self, tx: Tx) -> Result<(), DbErr> {
        observed(&self.write, "COMMIT", tx.commit()).await?;
        self.committed.notify_one();
        Ok(())
    }

    pub(crate) async fn committed(&self) {
        self.committed.notified().await;
    }

    /// Runs the migrations that are pending. Of two at once on one PostgreSQL one waits, and finds
    /// nothing left to do. The lock goes with its transaction, so also with a process that is killed.
    /// A SQLite file belongs to one process, which holds its folder.
    pub async fn migrate<M: MigratorTrait>(&self) -> anyhow::Result<()> {
        let did_not_run = "the migrations did not run";
        if self.write.get_database_backend() != DbBackend::Postgres {
            return M::up(&self.write, None).await.context(did_not_run);
        }
        let tx = self.write.begin().await?;
        // Whoever was before us may take long: that is no reason to give up.
        execute(&tx, "SET LOCAL statement_timeout = 0", []).await?;
        execute(&tx, "SELECT pg_advisory_xact_lock($1)", [MIGRATING.into()]).await?;
        M::up(&tx, None).await.context(did_not_run)?;
        Ok(tx.commit().await?)
    }

    /// How many migrations are still to be run.
    pub async fn pending<M: MigratorTrait>(&self) -> anyhow::Result<usize> {
        Ok(M::get_pending_migrations(&self.write).await?.len())
    }

    pub async fn ping(&self) -> Result<(), DbErr> {
        self.read.ping().await
    }

    /// Whether the database answers, for who asks whether the service is ready.
    pub fn check(&self) -> Check {
        let db = self.clone();
        Check::needed("database", move || {
            let db = db.clone();
            Box::pin(async move { db.ping().await.is_ok() })
        })
    }

    pub(crate) fn pool(&self) -> Pool {
        let [mut open, mut idle] = connections(&self.read);
        let mut most = i64::from(self.most);
        if self.write.get_database_backend() == DbBackend::Sqlite {
            let [more, more_idle] = connections(&self.write);
            (open, idle, most) = (open + more, idle + more_idle, most + 1);
        }
        Pool {
            open,
            idle,
            most,
            waiting: self.waiting.load(Ordering::Relaxed),
        }
    }

    pub async fn close(self) -> Result<(), DbErr> {
        self.read.close_by_ref().await?;
        self.write.close_by_ref().await
    }
}

/// Open connections, and those that do nothing.
fn connections(on: &DatabaseConnection) -> [i64; 2] {
    let (open, idle) = match on.get_database_backend() {
        DbBackend::Sqlite => {
            let pool = on.get_sqlite_connection_pool();
            (pool.size(), pool.num_idle())
        }
        _ => {
            let pool = on.get_postgres_connection_pool();
            (pool.size(), pool.num_idle())
        }
    };
    let idle = idle.try_into().unwrap_or(i64::MAX);
    [i64::from(open), idle]
}

/// One who waits, counted as long as it is there.
struct Waits<'a>(&'a AtomicI64);

impl<'a> Waits<'a> {
    fn new(count: &'a AtomicI64) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn pool(url: &str, connections: u32) -> anyhow::Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .connect_timeout(Duration::from_secs(5))
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .sqlx_logging(false)
        // Every acknowledged write is on the disk: WAL with a sync at each commit.
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(10))
                .foreign_keys(true)
        });
    if url.starts_with("postgres") {
        options
            .statement_timeout(Duration::from_secs(5))
            .set_application_name("irikteu");
    }
    sea_orm::Database::connect(options)
        .await
        .context("the database can't be reached")
}

/// A statement with `$1`-style places; both engines read them.
pub fn statement<C: ConnectionTrait>(
    on: &C,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(on.get_database_backend(), sql, values)
}

/// Runs a statement; `rows_affected` tells whether a conditional update met its condition.
pub async fn execute<C: ConnectionTrait>(
    on: &C,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<ExecResult, DbErr> {
    observed(on, sql, on.execute_raw(statement(on, sql, values))).await
}

pub async fn query_one<C: ConnectionTrait>(
    on: &C,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<QueryResult>, DbErr> {
    observed(on, sql, on.query_one_raw(statement(on, sql, values))).await
}

pub async fn query_all<C: ConnectionTrait>(
    on: &C,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    observed(on, sql, on.query_all_raw(statement(on, sql, values))).await
}

/// Measures a statement, and shows it in the trace of its cause by its verb and table.
async fn observed<C: ConnectionTrait, T>(
    on: &C,
    sql: &str,
    work: impl Future<Output = Result<T, DbErr>>,
) -> Result<T, DbErr> {
    let started = Stopwatch::start();
    let operation = summary::operation(sql);
    let system = match on.get_database_backend() {
        DbBackend::Postgres => "postgresql",
        _ => "sqlite",
    };
    let span = trace::Span::statement(system, operation, || summary::summary(sql));
    let outcome = span.around(work).await;
    if outcome.is_err() {
        span.failed("database");
    }
    metrics::stated(operation, started.elapsed(), outcome.is_ok());
    outcome
}

/// ` FOR UPDATE` where rows can be locked. SQLite has one writer at a time and needs none.
pub fn for_update<C: ConnectionTrait>(on: &C) -> &'static str {
    match on.get_database_backend() {
        DbBackend::Postgres => " FOR UPDATE",
        _ => "",
    }
}

/// The tables that the chassis keeps in every service's database: request answers, outbox,
/// events taken, audit rows. First in every service's list of migrations.
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
