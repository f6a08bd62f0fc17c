//! One database per service: a SQLite file or PostgreSQL, spoken to with the same portable SQL.
//!
//! | room | what it does |
//! |---|---|
//! | [`settings`] | where the database is; how long and how much, each with its reason |
//! | `pool`, `kept` | opens the connections; keeps them at hand between uses |
//! | `engine`, `reads`, `tx`, `health` | statements that never hang, and connections that are never dead twice |
//! | [`trouble`] | what is wrong with a database, as far as a caller must know |
//! | [`only_grows`], [`grants`] | rows that nobody changes, and the role that could not if it tried |
//! | [`Together`] | statements that go to the database in one exchange |
//! | `tables` | what the chassis keeps in every service's database |
//!
//! Reads and writes have a pool each. On SQLite the writing pool has one connection, so writers
//! queue in order instead of meeting a locked file; on PostgreSQL a crowd of readers never keeps a
//! writer waiting for a connection, nor the other way round.

mod engine;
pub mod grants;
mod health;
mod kept;
mod observed;
pub mod only_grows;
mod pool;
mod reads;
pub mod settings;
mod tables;
mod together;
pub mod trouble;
mod tx;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::Context;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    TransactionTrait, Value,
};
/// A service's migrations: what a composition root needs to know of them.
pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::SchemaManager;
use tokio::sync::Notify;

use crate::telemetry::admin::Check;

use engine::Connections;
use health::Health;
use observed::observed;
pub use only_grows::AuditOnlyGrows;
pub use reads::Reads;
pub use settings::Limits;
pub use tables::ChassisTables;
pub use together::{Counts, Together, Which};
pub use trouble::Trouble;
pub use tx::Tx;

/// The lock that a migration holds; any number that nothing else locks in a service's database.
const MIGRATING: i64 = 0x6972_696b_7465_7500;

/// Where it is noted which migrations were run.
const MIGRATIONS: &str = "seaql_migrations";

/// So often is tried again what met a connection that was dead already: each time on another one.
const MORE_TRIES: usize = 2;

#[derive(Clone, Debug)]
pub struct Database {
    read: Reads,
    write: Connections,
    /// The same for who asks the pool itself: migrations.
    pool: DatabaseConnection,
    health: Health,
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
    /// `sqlite:///path/to/file.db` or `postgres://…`, with so many connections for writing and as
    /// many for reading.
    ///
    /// # Errors
    /// If the database can't be reached.
    pub async fn connect(url: &str, connections: u32) -> anyhow::Result<Self> {
        let limits = Limits {
            connections,
            read_connections: connections,
            ..Limits::default()
        };
        Self::open(url, &limits).await
    }

    /// The same with every limit as it is set.
    ///
    /// # Errors
    /// If the database can't be reached.
    pub async fn open(url: &str, limits: &Limits) -> anyhow::Result<Self> {
        let (write, read, health) = pool::open(url, limits)
            .await
            .context("the database can't be reached")?;
        let kept = |pool| Connections::of(pool, health.clone());
        Ok(Self {
            read: Reads::new(kept(&read), health.clone()),
            write: kept(&write),
            pool: write,
            health,
            committed: Arc::default(),
            waiting: Arc::default(),
            most: match url.starts_with("sqlite:") {
                true => 1 + limits.read_connections,
                false => limits.connections + limits.read_connections,
            },
        })
    }

    /// For reading: never blocks behind a writer, and is asked again when a connection was dead. On
    /// PostgreSQL nothing can be changed here.
    pub fn read(&self) -> &Reads {
        &self.read
    }

    /// Whether statements over arrays can be used, and many may write at once.
    pub fn is_postgres(&self) -> bool {
        self.write.backend() == DbBackend::Postgres
    }

    /// Begins a transaction for writing; on another connection when the first was dead, because
    /// nothing was done yet.
    pub async fn begin(&self) -> Result<Tx, DbErr> {
        // Also when the caller gives up waiting.
        let _waits = Waits::new(&self.waiting);
        let mut tries = 0;
        loop {
            let begun = Tx::begin(&self.write, &self.health);
            match observed(self.write.backend(), "BEGIN", begun).await {
                Err(error) if tries < MORE_TRIES && Trouble::is_lost(&error) => tries += 1,
                begun => return begun,
            }
        }
    }

    /// Begins a transaction with statements that go together as its first. On SQLite that is one
    /// exchange, which every switch of threads makes worth it.
    pub async fn begin_with(&self, first: Together) -> Result<(Tx, Counts), DbErr> {
        let (tx, before) = if self.is_postgres() || first.is_empty() {
            (self.begin().await?, String::new())
        } else {
            let _waits = Waits::new(&self.waiting);
            let begin = tx::begin(self.write.backend());
            (
                Tx::open(&self.write, &self.health).await?,
                format!("{begin};\n"),
            )
        };
        let met = first.run_after(&before, &tx).await?;
        Ok((tx, met))
    }

    /// Commits, and wakes whoever waits for new events in the outbox where there are some. It is never
    /// tried again: when the answer is lost, only the request id tells what became of it.
    pub async fn commit(&self, tx: Tx) -> Result<(), DbErr> {
        let tells = tx.tells();
        observed(self.write.backend(), "COMMIT", tx.commit()).await?;
        if tells {
            self.committed.notify_one();
        }
        Ok(())
    }

    pub(crate) async fn committed(&self) {
        self.committed.notified().await;
    }

    /// Runs the migrations that are pending. Of two at once on one PostgreSQL one waits, and finds
    /// nothing left to do. The lock goes with its transaction, so also with a process that is killed.
    /// A SQLite file belongs to one process, which holds its folder.
    pub async fn migrate<M: MigratorTrait>(&self) -> anyhow::Result<()> {
        // A newer version was here: this one's tables are all there, and the newer ones stay.
        if self.pending::<M>().await? == 0 {
            return Ok(());
        }
        let did_not_run = "the migrations did not run";
        let (_place, pool) = (self.write.beside().await?, &self.pool);
        if !self.is_postgres() {
            return M::up(pool, None).await.context(did_not_run);
        }
        let tx = pool.begin().await?;
        // Whoever was before us may take long: that is no reason to give up. For the tables' locks
        // the limit holds again: those who serve must not queue behind us.
        execute(&tx, "SET LOCAL statement_timeout = 0", []).await?;
        execute(&tx, "SET LOCAL lock_timeout = 0", []).await?;
        execute(&tx, "SELECT pg_advisory_xact_lock($1)", [MIGRATING.into()]).await?;
        execute(&tx, "SET LOCAL lock_timeout TO DEFAULT", []).await?;
        M::up(&tx, None).await.context(did_not_run)?;
        Ok(tx.commit().await?)
    }

    /// How many migrations are still to be run. Changes nothing: the role that serves may not be able
    /// to make tables. Those of a newer version are no hindrance: while it rolls out, this one goes on
    /// beside it and starts again when it must.
    pub async fn pending<M: MigratorTrait>(&self) -> anyhow::Result<usize> {
        let of_this_version = M::migrations();
        let (_place, pool) = (self.write.beside().await?, &self.pool);
        if !SchemaManager::new(pool).has_table(MIGRATIONS).await? {
            return Ok(of_this_version.len());
        }
        let sql = "SELECT version FROM seaql_migrations";
        let done = query_all(pool, sql, []).await?;
        let done: HashSet<String> = done
            .iter()
            .map(|row| row.try_get("", "version"))
            .collect::<Result<_, _>>()?;
        let pending = of_this_version
            .iter()
            .filter(|it| !done.contains(it.name()));
        Ok(pending.count())
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

    pub(crate) fn connections(&self) -> Pool {
        let [mut open, mut idle] = [0, 0];
        for [more, more_idle] in [self.read.connections().count(), self.write.count()] {
            (open, idle) = (open + more, idle + more_idle);
        }
        Pool {
            open,
            idle,
            most: i64::from(self.most),
            waiting: self.waiting.load(Ordering::Relaxed),
        }
    }

    pub async fn close(self) -> Result<(), DbErr> {
        self.read.connections().close().await;
        self.write.close().await;
        Ok(())
    }
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

/// A statement with `$1`-style places; both engines read them.
pub fn statement<C: ConnectionTrait>(
    on: &C,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    #[cfg(feature = "testing")]
    crate::testing::note_statement(sql);
    Statement::from_sql_and_values(on.get_database_backend(), sql, values)
}

/// Runs a statement; `rows_affected` tells whether a conditional update met its condition.
pub async fn execute<C: ConnectionTrait>(
    on: &C,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<ExecResult, DbErr> {
    observed(
        on.get_database_backend(),
        sql,
        on.execute_raw(statement(on, sql, values)),
    )
    .await
}

pub async fn query_one<C: ConnectionTrait>(
    on: &C,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<QueryResult>, DbErr> {
    observed(
        on.get_database_backend(),
        sql,
        on.query_one_raw(statement(on, sql, values)),
    )
    .await
}

pub async fn query_all<C: ConnectionTrait>(
    on: &C,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    observed(
        on.get_database_backend(),
        sql,
        on.query_all_raw(statement(on, sql, values)),
    )
    .await
}

/// ` FOR UPDATE` where rows can be locked. SQLite has one writer at a time and needs none.
pub fn for_update<C: ConnectionTrait>(on: &C) -> &'static str {
    match on.get_database_backend() {
        DbBackend::Postgres => " FOR UPDATE",
        _ => "",
    }
}
