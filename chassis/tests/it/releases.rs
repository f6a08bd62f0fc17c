//! A release rolls out under load: the version before goes on beside it, on tables that are new already.
//! First a column is added and both are written (expand); then programs leave the old one alone; once
//! nobody knows of it any more, it goes (contract).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chassis::Error;
use chassis::database::{Database, execute, query_one};
use sea_orm_migration::prelude::*;
use tokio::task::JoinHandle;

use crate::world::{Migrator, World};

struct Base;
struct Expanded;
struct Contracted;

impl MigratorTrait for Base {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = Migrator::migrations();
        all.push(Box::new(Step(
            "m0002_notes",
            "CREATE TABLE note (what TEXT NOT NULL DEFAULT '')",
        )));
        all
    }
}

impl MigratorTrait for Expanded {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = Base::migrations();
        all.push(Box::new(Step(
            "m0003_titles",
            "ALTER TABLE note ADD COLUMN title TEXT NOT NULL DEFAULT ''",
        )));
        all
    }
}

impl MigratorTrait for Contracted {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = Expanded::migrations();
        all.push(Box::new(Step(
            "m0004_no_whats",
            "ALTER TABLE note DROP COLUMN what",
        )));
        all
    }
}

struct Step(&'static str, &'static str);

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        self.0
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared(self.1).await.map(drop)
    }
}

/// What each version writes, and what it reads.
const OLD: [&str; 2] = [
    "INSERT INTO note (what) VALUES ('x')",
    "SELECT COUNT(what) AS n FROM note",
];
const BOTH: [&str; 2] = [
    "INSERT INTO note (what, title) VALUES ('x', 'x')",
    "SELECT COUNT(what) AS n FROM note WHERE title = title",
];
const NEW: [&str; 2] = [
    "INSERT INTO note (title) VALUES ('x')",
    "SELECT COUNT(title) AS n FROM note",
];

/// One version at work until it is told to end.
struct Version {
    is_over: Arc<AtomicBool>,
    written: Arc<AtomicUsize>,
    work: JoinHandle<()>,
}

impl Version {
    fn serves(db: &Database, [write, read]: [&'static str; 2]) -> Self {
        let (is_over, written) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let (over, count, db) = (is_over.clone(), written.clone(), db.clone());
        let work = tokio::spawn(async move {
            while !over.load(Ordering::SeqCst) {
                let wrote = async {
                    let tx = db.begin().await?;
                    execute(&tx, write, []).await?;
                    db.commit(tx).await
                };
                let done = async {
                    wrote.await?;
                    query_one(db.read(), read, []).await
                };
                match done.await.map_err(Error::from) {
                    Ok(_) => drop(count.fetch_add(1, Ordering::SeqCst)),
                    // It waited too long for the migration's lock, and asks again.
                    Err(Error::Unavailable(_)) => {}
                    Err(error) => panic!("{write}: {error:?}"),
                }
            }
        });
        Self {
            is_over,
            written,
            work,
        }
    }

    async fn goes_on(&self) {
        let (begun, enough) = (Instant::now(), self.written.load(Ordering::SeqCst) + 20);
        while self.written.load(Ordering::SeqCst) < enough {
            assert!(!self.work.is_finished(), "a version was broken");
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "nothing is written"
            );
            tokio::task::yield_now().await;
        }
    }

    async fn ends(self) -> usize {
        self.is_over.store(true, Ordering::SeqCst);
        self.work.await.unwrap();
        self.written.load(Ordering::SeqCst)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn versions_go_on_side_by_side_while_a_column_takes_the_place_of_another() {
    let world = World::new().await;
    let db = world.db();
    db.migrate::<Base>().await.unwrap();
    let old = Version::serves(db, OLD);
    old.goes_on().await;

    db.migrate::<Expanded>().await.unwrap();
    let both = Version::serves(db, BOTH);
    old.goes_on().await;
    both.goes_on().await;
    let mut written = old.ends().await;

    let new = Version::serves(db, NEW);
    both.goes_on().await;
    new.goes_on().await;
    written += both.ends().await;

    db.migrate::<Contracted>().await.unwrap();
    new.goes_on().await;
    written += new.ends().await;
    let rows = query_one(db.read(), "SELECT COUNT(*) AS n FROM note", []).await;
    let rows: i64 = rows.unwrap().unwrap().try_get("", "n").unwrap();
    let written: i64 = written.try_into().unwrap();
    assert_eq!(rows, written, "each is there once");
}

#[tokio::test]
async fn a_version_starts_again_on_the_tables_of_the_next_one() {
    let world = World::new().await;
    let db = world.db();
    assert_eq!(db.pending::<Expanded>().await.unwrap(), 2);
    db.migrate::<Expanded>().await.unwrap();
    assert_eq!(db.pending::<Base>().await.unwrap(), 0);
    // Its own `migrate`, as when a release is taken back, leaves the newer tables as they are.
    db.migrate::<Base>().await.unwrap();
    assert_eq!(db.pending::<Expanded>().await.unwrap(), 0);
    assert_eq!(db.pending::<Contracted>().await.unwrap(), 1);
}
