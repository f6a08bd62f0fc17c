//! A transaction that will change something.

use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};

use super::health::Health;

/// Dropped without a commit, it never was. No statement in it is tried again, because what came
/// before it would be missing.
#[derive(Debug)]
pub struct Tx {
    inner: DatabaseTransaction,
    health: Health,
    /// Whether there are events in it.
    tells: AtomicBool,
}

impl Tx {
    pub(super) fn new(inner: DatabaseTransaction, health: Health) -> Self {
        Self {
            inner,
            health,
            tells: AtomicBool::new(false),
        }
    }

    /// As [`super::Database::commit`], for what no event tells of.
    pub async fn commit(self) -> Result<(), DbErr> {
        let Self { inner, health, .. } = self;
        health.watch(inner.commit()).await
    }

    /// There is an event in it: when it is committed, whoever moves events is woken.
    pub(crate) fn tell(&self) {
        self.tells.store(true, Ordering::Relaxed);
    }

    pub(super) fn tells(&self) -> bool {
        self.tells.load(Ordering::Relaxed)
    }

    pub async fn rollback(self) -> Result<(), DbErr> {
        let Self { inner, health, .. } = self;
        health.watch(inner.rollback()).await
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.health.watch(self.inner.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.health.watch(self.inner.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.health.watch(self.inner.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.health.watch(self.inner.query_all_raw(statement)).await
    }
}
