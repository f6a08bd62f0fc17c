//! Reading: the pool for it, asked again when the connection it gave was dead.

use std::future::Future;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use super::engine::{Connections, Lease};
use super::health::Health;
use super::{MORE_TRIES, Trouble};

/// What is read may be read again: PostgreSQL itself refuses to change anything here.
#[derive(Clone, Debug)]
pub struct Reads {
    connections: Connections,
    health: Health,
}

impl Reads {
    pub(super) fn new(connections: Connections, health: Health) -> Self {
        Self {
            connections,
            health,
        }
    }

    pub(super) fn connections(&self) -> &Connections {
        &self.connections
    }

    pub(super) async fn ping(&self) -> Result<(), DbErr> {
        self.again(async || {
            let mut lease = self.connections.take().await?;
            let answer = lease.ping().await;
            ended(lease, answer)
        })
        .await
    }

    async fn one(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let mut lease = self.connections.take().await?;
        let answer = lease.one(statement).await;
        ended(lease, answer)
    }

    async fn all(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let mut lease = self.connections.take().await?;
        let answer = lease.all(statement).await;
        ended(lease, answer)
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

/// The connection is good for the next one where the answer was.
fn ended<T>(mut lease: Lease, answer: Result<T, DbErr>) -> Result<T, DbErr> {
    if answer.is_ok() {
        lease.sound();
    }
    answer
}

#[async_trait::async_trait]
impl ConnectionTrait for Reads {
    fn get_database_backend(&self) -> DbBackend {
        self.connections.backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let work = async {
            let mut lease = self.connections.take().await?;
            let done = lease.execute(statement).await;
            ended(lease, done)
        };
        self.health.watch(work).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let work = async {
            let mut lease = self.connections.take().await?;
            let done = lease.say(sql).await;
            ended(lease, done)
        };
        self.health.watch(work).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.again(|| self.one(statement.clone())).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.again(|| self.all(statement.clone())).await
    }
}
