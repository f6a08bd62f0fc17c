//! Reading: the pool for it, asked again when the connection it gave was dead.

use std::future::Future;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};

use super::health::Health;
use super::{MORE_TRIES, Trouble};

/// What is read may be read again: PostgreSQL itself refuses to change anything here.
#[derive(Clone, Debug)]
pub struct Reads {
    pool: DatabaseConnection,
    health: Health,
}

impl Reads {
    pub(super) fn new(pool: DatabaseConnection, health: Health) -> Self {
        Self { pool, health }
    }

    pub(super) async fn ping(&self) -> Result<(), DbErr> {
        self.again(|| self.pool.ping()).await
    }

    /// Open, and those that do nothing.
    pub(super) fn connections(&self) -> [i64; 2] {
        super::connections(&self.pool)
    }

    pub(super) async fn close(&self) -> Result<(), DbErr> {
        self.pool.close_by_ref().await
    }

    async fn again<T, F>(&self, ask: impl Fn() -> F) -> Result<T, DbErr>
    where
        F: Future<Output = Result<T, DbErr>>,
    {
        let mut tries = 0;
        loop {
            match self.health.watch(ask()).await {
                Err(error) if tries < MORE_TRIES && Trouble::is_lost(&error) => tries += 1,
                answer => return answer,
            }
        }
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Reads {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.health.watch(self.pool.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.health.watch(self.pool.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.again(|| self.pool.query_one_raw(statement.clone()))
            .await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.again(|| self.pool.query_all_raw(statement.clone()))
            .await
    }
}
