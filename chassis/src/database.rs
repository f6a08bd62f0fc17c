//! One database per service: a SQLite file or PostgreSQL, spoken to with the same portable SQL.
//!
//! Reads and writes have a pool each. On SQLite the writing pool has one connection, so writers
//! queue in order instead of meeting a locked file; on PostgreSQL both are the same pool.

use std::sync::Arc;
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

/// A transaction that will change something.
pub type Tx = DatabaseTransaction;

#[derive(Clone, Debug)]
pub struct Database {
    read: DatabaseConnection,
    write: DatabaseConnection,
    committed: Arc<Notify>,
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
        })
    }

    /// For reading: never blocks behind a writer.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Begins a transaction for writing.
    pub async fn begin(&self) -> Result<Tx, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        self.write.begin_with_options(options).await
    }

    /// Commits, and wakes whoever waits for new events in the outbox.
    pub async fn commit(&self, tx: Tx) -> Result<(), DbErr> {
        tx.commit().await?;
        self.committed.notify_one();
        Ok(())
    }

    pub(crate) async fn committed(&self) {
        self.committed.notified().await;
    }

    pub async fn migrate<M: MigratorTrait>(&self) -> anyhow::Result<()> {
        M::up(&self.write, None)
            .await
            .context("the migrations did not run")
    }

    /// How many migrations are still to be run.
    pub async fn pending<M: MigratorTrait>(&self) -> anyhow::Result<usize> {
        Ok(M::get_pending_migrations(&self.write).await?.len())
    }

    pub async fn ping(&self) -> Result<(), DbErr> {
        self.read.ping().await
    }

    pub async fn close(self) -> Result<(), DbErr> {
        self.read.close_by_ref().await?;
        self.write.close_by_ref().await
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
    on.execute_raw(statement(on, sql, values)).await
}

pub async fn query_one<C: ConnectionTrait>(
    on: &C,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<QueryResult>, DbErr> {
    on.query_one_raw(statement(on, sql, values)).await
}

pub async fn query_all<C: ConnectionTrait>(
    on: &C,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    on.query_all_raw(statement(on, sql, values)).await
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
