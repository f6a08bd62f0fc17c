//! Statements on a connection of either engine.

use sea_orm::sea_query::Values;
use sea_orm::sqlx::{self, Connection, Executor};
use sea_orm::{ConnAcquireErr, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement};
use sea_query_sqlx::SqlxValues;
use tokio::sync::OwnedSemaphorePermit;

use super::health::Health;
use super::kept::{self, Kept};

/// The connections of a pool of either engine.
#[derive(Clone)]
pub enum Connections {
    Postgres(Kept<sqlx::Postgres>),
    Sqlite(Kept<sqlx::Sqlite>),
}

impl std::fmt::Debug for Connections {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connections")
    }
}

/// One of them, in use.
pub enum Lease {
    Postgres(kept::Lease<sqlx::Postgres>),
    Sqlite(kept::Lease<sqlx::Sqlite>),
}

/// The same of whichever engine it is.
macro_rules! either {
    ($on:expr, $it:ident => $work:expr) => {
        match $on {
            Self::Postgres($it) => $work,
            Self::Sqlite($it) => $work,
        }
    };
}

/// The driver's form of a statement.
macro_rules! query {
    ($statement:expr) => {{
        let Statement { sql, values, .. } = $statement;
        let values = values.unwrap_or(Values(Vec::new()));
        sqlx::query_with(sqlx::AssertSqlSafe(sql), SqlxValues(values))
    }};
}

impl Connections {
    pub fn of(pool: &sea_orm::DatabaseConnection, health: Health) -> Self {
        match pool.get_database_backend() {
            DbBackend::Postgres => Self::Postgres(Kept::new(
                pool.get_postgres_connection_pool().clone(),
                health,
            )),
            _ => Self::Sqlite(Kept::new(pool.get_sqlite_connection_pool().clone(), health)),
        }
    }

    pub fn backend(&self) -> DbBackend {
        match self {
            Self::Postgres(_) => DbBackend::Postgres,
            Self::Sqlite(_) => DbBackend::Sqlite,
        }
    }

    pub async fn take(&self) -> Result<Lease, DbErr> {
        let lease = match self {
            Self::Postgres(kept) => kept.take().await.map(Lease::Postgres),
            Self::Sqlite(kept) => kept.take().await.map(Lease::Sqlite),
        };
        lease.map_err(not_had)
    }

    /// A place for who asks the pool itself, as long as it is held.
    pub async fn beside(&self) -> Result<OwnedSemaphorePermit, DbErr> {
        either!(self, kept => kept.beside().await).map_err(not_had)
    }

    pub fn count(&self) -> [i64; 2] {
        either!(self, kept => kept.count())
    }

    pub async fn close(&self) {
        either!(self, kept => kept.close().await)
    }
}

impl Lease {
    /// What was begun has ended, and well: the next may have the connection as it is.
    pub fn sound(&mut self) {
        either!(self, lease => lease.sound())
    }

    /// Ends the connection: nobody is to have it as it is.
    pub fn close(&mut self) {
        either!(self, lease => lease.close())
    }

    pub async fn execute(&mut self, statement: Statement) -> Result<ExecResult, DbErr> {
        let done = either!(self, lease => {
            query!(statement).execute(lease.connection().map_err(failed)?).await.map(ExecResult::from)
        });
        done.map_err(|error| DbErr::Exec(RuntimeErr::SqlxError(error.into())))
    }

    /// A text without values, which may hold several statements.
    pub async fn say(&mut self, sql: &str) -> Result<ExecResult, DbErr> {
        let done = either!(self, lease => {
            let connection = lease.connection().map_err(failed)?;
            connection.execute(sqlx::AssertSqlSafe(sql)).await.map(ExecResult::from)
        });
        done.map_err(|error| DbErr::Exec(RuntimeErr::SqlxError(error.into())))
    }

    pub async fn one(&mut self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let row = either!(self, lease => {
            let connection = lease.connection().map_err(failed)?;
            query!(statement).fetch_optional(connection).await.map(|row| row.map(QueryResult::from))
        });
        row.map_err(failed)
    }

    pub async fn all(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let rows = either!(self, lease => {
            let connection = lease.connection().map_err(failed)?;
            let rows = query!(statement).fetch_all(connection).await;
            rows.map(|rows| rows.into_iter().map(QueryResult::from).collect())
        });
        rows.map_err(failed)
    }

    pub async fn ping(&mut self) -> Result<(), DbErr> {
        let answer = either!(self, lease => lease.connection().map_err(failed)?.ping().await);
        answer.map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))
    }
}

fn not_had(error: sqlx::Error) -> DbErr {
    match error {
        sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        error => DbErr::Conn(RuntimeErr::SqlxError(error.into())),
    }
}

fn failed(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}
