//! Opens the connections.

use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection};
use sea_orm::{ConnectOptions, DatabaseConnection, DbErr};

use super::health::{Health, is_alive};
use super::settings::Limits;

/// Silence may last so much longer than the server's own limit: its "no" must come first.
const MARGIN: Duration = Duration::from_secs(1);
/// A connection that nobody used for so long is closed: at night few are needed.
pub const IDLE: Duration = Duration::from_secs(600);
/// However busy, a connection is renewed after so long: memory of the server comes back, and after a
/// switch-over the old one is left.
pub const LIFE: Duration = Duration::from_secs(1800);
/// Statements that a connection keeps prepared; the one used longest ago goes first. A service has
/// fewer than this, lists with filters included; each is some kilobytes in the server.
const PREPARED: usize = 256;

/// The pools for writing and for reading, and what is known of their connections.
pub async fn open(
    url: &str,
    limits: &Limits,
) -> Result<(DatabaseConnection, DatabaseConnection, Health), DbErr> {
    if url.starts_with("sqlite:") {
        let write = sea_orm::Database::connect(sqlite(url, 1)).await?;
        let read = sea_orm::Database::connect(sqlite(url, limits.read_connections)).await?;
        return Ok((write, read, Health::new(None)));
    }
    let health = Health::new(limits.statement.map(|it| it + MARGIN));
    let write = postgres(url, limits, limits.connections, &health, "off");
    let write = sea_orm::Database::connect(write).await?;
    let mut read = postgres(url, limits, limits.read_connections, &health, "on");
    read.connect_lazy(true);
    Ok((write, sea_orm::Database::connect(read).await?, health))
}

fn sqlite(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
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
    options
}

fn postgres(
    url: &str,
    limits: &Limits,
    connections: u32,
    health: &Health,
    read_only: &'static str,
) -> ConnectOptions {
    let millis = |it: Option<Duration>| it.unwrap_or_default().as_millis().to_string();
    let session = [
        ("statement_timeout", millis(limits.statement)),
        ("lock_timeout", millis(limits.lock)),
        (
            "idle_in_transaction_session_timeout",
            millis(limits.idle_in_transaction),
        ),
        ("default_transaction_read_only", read_only.to_owned()),
    ];
    let (before, after) = (health.clone(), health.clone());
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(limits.wait)
        .idle_timeout(Some(IDLE))
        .max_lifetime(Some(LIFE))
        .test_before_acquire(false)
        .sqlx_logging(false)
        .set_application_name("irikteu")
        .map_sqlx_postgres_opts(move |postgres| {
            postgres
                .statement_cache_capacity(PREPARED)
                .options(session.clone())
        })
        .map_sqlx_postgres_before_acquire(move |connection, meta| {
            let is_suspect = before.is_suspect(meta.idle_for);
            Box::pin(async move { Ok(!is_suspect || is_alive(connection).await) })
        })
        .map_sqlx_postgres_pool_opts(move |pool: sqlx::pool::PoolOptions<sqlx::Postgres>| {
            let health = after.clone();
            // The pool itself asks for a sign of life too, but waits for it without an end.
            pool.after_release(move |connection, _| {
                let is_suspect = connection.should_flush() || health.is_shaken();
                Box::pin(async move { Ok(!is_suspect || is_alive(connection).await) })
            })
        });
    options
}
