//! A transaction that will change something.

use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement};
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use super::engine::{Connections, Lease};
use super::health::Health;

/// Dropped without a commit, it never was. No statement in it is tried again, because what came
/// before it would be missing.
pub struct Tx {
    /// Until its end, however it comes.
    lease: Mutex<Option<Lease>>,
    backend: DbBackend,
    health: Health,
    /// Whether there are events in it.
    tells: AtomicBool,
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tx")
    }
}

impl Tx {
    pub(super) async fn begin(connections: &Connections, health: &Health) -> Result<Self, DbErr> {
        let begun = async {
            let mut tx = Self::open(connections, health).await?;
            on(tx.lease.get_mut())?.say(begin(tx.backend)).await?;
            Ok(tx)
        };
        health.watch(begun).await
    }

    /// Not begun yet. Whoever is not waited for any more may have begun all the same: its drop undoes
    /// that.
    pub(super) async fn open(connections: &Connections, health: &Health) -> Result<Self, DbErr> {
        let lease = connections.take().await?;
        Ok(Self {
            lease: Mutex::new(Some(lease)),
            backend: connections.backend(),
            health: health.clone(),
            tells: AtomicBool::new(false),
        })
    }

    /// As [`super::Database::commit`], for what no event tells of.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.end("COMMIT").await
    }

    pub async fn rollback(self) -> Result<(), DbErr> {
        self.end("ROLLBACK").await
    }

    async fn end(mut self, how: &str) -> Result<(), DbErr> {
        let lease = self.lease.get_mut();
        self.health.watch(on(lease)?.say(how)).await?;
        if let Some(mut ended) = lease.take() {
            ended.sound();
        }
        Ok(())
    }

    /// There is an event in it: when it is committed, whoever moves events is woken.
    pub(crate) fn tell(&self) {
        self.tells.store(true, Ordering::Relaxed);
    }

    pub(super) fn tells(&self) -> bool {
        self.tells.load(Ordering::Relaxed)
    }
}

/// How a transaction begins.
pub(super) fn begin(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "BEGIN",
        // It will write: who waits waits here, and not in the middle.
        _ => "BEGIN IMMEDIATE",
    }
}

fn on(lease: &mut Option<Lease>) -> Result<&mut Lease, DbErr> {
    let ended = || DbErr::Conn(RuntimeErr::Internal("the transaction has ended".into()));
    lease.as_mut().ok_or_else(ended)
}

impl Drop for Tx {
    fn drop(&mut self) {
        let Some(mut lease) = self.lease.get_mut().take() else {
            return;
        };
        let Ok(runtime) = Handle::try_current() else {
            lease.close();
            return;
        };
        let health = self.health.clone();
        runtime.spawn(async move {
            match health.watch(lease.say("ROLLBACK")).await {
                Ok(_) => lease.sound(),
                // Whatever is open on it ends with it.
                Err(_) => lease.close(),
            }
        });
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let mut lease = self.lease.lock().await;
        self.health.watch(on(&mut lease)?.execute(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let mut lease = self.lease.lock().await;
        self.health.watch(on(&mut lease)?.say(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let mut lease = self.lease.lock().await;
        self.health.watch(on(&mut lease)?.one(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let mut lease = self.lease.lock().await;
        self.health.watch(on(&mut lease)?.all(statement)).await
    }
}
