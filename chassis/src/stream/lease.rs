//! One reader per service: whoever holds the lease in the service's own database.
//!
//! The term is counted by the database's clock, so instances with wrong clocks agree. A holder that
//! froze and woke up late is stopped by the [`fence`] in the transaction of each effect.

use std::future::Future;

use sea_orm::{ConnectionTrait, DbBackend};
use uuid::Uuid;

use crate::database::{Database, Tx, execute, query_one};
use crate::error::{Error, Result};

const NAME: &str = "events";
/// How long a reader that died keeps the others waiting.
const TERM_US: i64 = 10_000_000;

tokio::task_local! {
    static HOLDER: Uuid;
}

/// Takes the lease if it is free or lapsed, or makes one's own longer; tells whether one holds it.
pub async fn hold(db: &Database, holder: Uuid) -> Result<bool> {
    let now = now(db.read());
    let tx = db.begin().await?;
    let sql = format!(
        "INSERT INTO stream_lease (name, holder, until_us) VALUES ($1, $2, {now} + $3)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_us = excluded.until_us
         WHERE stream_lease.holder = excluded.holder OR stream_lease.until_us < {now}"
    );
    let done = execute(
        &tx,
        &sql,
        [NAME.into(), holder.to_string().into(), TERM_US.into()],
    )
    .await?;
    tx.commit().await?;
    Ok(done.rows_affected() == 1)
}

/// Gives it back, so that another need not wait for its end.
pub async fn release(db: &Database, holder: Uuid) -> Result<()> {
    let tx = db.begin().await?;
    execute(
        &tx,
        "DELETE FROM stream_lease WHERE name = $1 AND holder = $2",
        [NAME.into(), holder.to_string().into()],
    )
    .await?;
    Ok(tx.commit().await?)
}

/// Runs the taking of an event as the holder: [`fence`] asks for it inside.
pub async fn as_holder<F: Future>(holder: Uuid, taking: F) -> F::Output {
    HOLDER.scope(holder, taking).await
}

/// Inside the transaction of an effect: still the holder, and nobody becomes it before the commit.
/// Without a stream nobody holds anything, and nothing is asked.
pub(crate) async fn fence(tx: &Tx) -> Result<()> {
    let Ok(holder) = HOLDER.try_with(|holder| *holder) else {
        return Ok(());
    };
    let lock = match tx.get_database_backend() {
        DbBackend::Postgres => " FOR SHARE",
        _ => "",
    };
    let sql = format!("SELECT 1 AS one FROM stream_lease WHERE name = $1 AND holder = $2{lock}");
    let mine = query_one(tx, &sql, [NAME.into(), holder.to_string().into()]).await?;
    mine.map(drop)
        .ok_or_else(|| Error::Unavailable(anyhow::anyhow!("another instance reads the events now")))
}

/// The database's own clock, in microseconds.
fn now<C: ConnectionTrait>(on: &C) -> &'static str {
    match on.get_database_backend() {
        DbBackend::Postgres => "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT",
        _ => "CAST((julianday('now') - 2440587.5) * 86400000000.0 AS INTEGER)",
    }
}
