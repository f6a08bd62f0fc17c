//! A service of one table, to write to.

use std::sync::{Arc, Mutex};

use chassis::clock::Clock;
use chassis::database::{AuditOnlyGrows, ChassisTables, Database, execute, query_one};
use chassis::dead::DeadEvents;
use chassis::ids::Ids;
use chassis::stream::{StreamTables, TraceColumns};
use chassis::testing::{self, TestDatabase};
use sea_orm_migration::prelude::*;

/// Waits until it is so; who never gets there fails here.
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let looking = async {
        let mut looks = tokio::time::interval(std::time::Duration::from_millis(10));
        while !is_so() {
            looks.tick().await;
        }
    };
    let patience = std::time::Duration::from_secs(30);
    assert!(
        tokio::time::timeout(patience, looking).await.is_ok(),
        "{what}"
    );
}

pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(ChassisTables),
            Box::new(StreamTables),
            Box::new(TraceColumns),
            Box::new(DeadEvents),
            Box::new(AuditOnlyGrows),
            Box::new(Effects),
        ]
    }
}

struct Effects;

impl MigrationName for Effects {
    fn name(&self) -> &'static str {
        "m0001_effects"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Effects {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared("CREATE TABLE effect (what TEXT NOT NULL)")
            .await
            .map(drop)
    }
}

pub struct World {
    pub database: TestDatabase,
    pub clock: Clock,
    pub ids: Ids,
}

impl World {
    pub async fn new() -> Self {
        let clock = testing::clock();
        Self {
            database: testing::database::<Migrator>().await,
            ids: testing::ids(&clock),
            clock,
        }
    }

    pub fn db(&self) -> &Database {
        &self.database.db
    }

    pub async fn effects(&self) -> i64 {
        let row = query_one(self.db().read(), "SELECT COUNT(*) AS n FROM effect", [])
            .await
            .unwrap()
            .unwrap();
        row.try_get("", "n").unwrap()
    }
}

/// The effect that must happen once.
pub async fn effect(tx: &chassis::database::Tx, what: &str) -> Result<(), DbErr> {
    execute(tx, "INSERT INTO effect (what) VALUES ($1)", [what.into()])
        .await
        .map(drop)
}

/// Lines of a log, kept.
#[derive(Clone, Default)]
pub struct Kept(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Kept {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(text)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Kept {
    pub fn said(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}
