//! A database that ends connections, crashes, stands still or is full: callers are told to try again,
//! nothing happens twice or is lost, and the next call works.
//!
//! On PostgreSQL with a server of the test's own; a full disk on SQLite.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use chassis::Error;
use chassis::caller::Caller;
use chassis::clock::Stopwatch;
use chassis::database::{Database, Limits, execute, query_one};
use chassis::once::{self, Once};
use chassis::testing::postgres::{Postgres, own};
use chassis::testing::{self, request_id};
use prost_types::Duration as Message;
use sea_orm::{ConnectionTrait, DbBackend};
use tokio::task::JoinSet;

use crate::authority::Authority;
use crate::world::{Migrator, World, effect};

/// What the caller of a service would wait at most, and V2's margin.
const DEADLINE: Duration = Duration::from_millis(2500);

fn impatient() -> Limits {
    let short = Duration::from_millis(500);
    Limits {
        connections: 4,
        read_connections: 4,
        wait: Duration::from_secs(1),
        statement: Some(short),
        lock: Some(short),
        ..Limits::default()
    }
}

async fn one(db: &Database) -> Result<i32, Error> {
    let row = query_one(db.read(), "SELECT 1 AS one", []).await?;
    Ok(row.unwrap().try_get("", "one")?)
}

async fn write(db: &Database, number: u128) -> Result<(), Error> {
    let (clock, message) = (testing::clock(), Message::default());
    let id = request_id(number);
    let begun =
        once::begin::<_, Message>(db, &clock, &Caller::Stranger, "Write", &id, &message).await?;
    if let Once::Begun(write) = begun {
        effect(write.tx(), &number.to_string()).await?;
        write.commit(message).await?;
    }
    Ok(())
}

async fn terminate_all(db: &Database) {
    let sql = "SELECT COUNT(pg_terminate_backend(pid)) AS n FROM pg_stat_activity
               WHERE application_name = 'irikteu' AND pid <> pg_backend_pid()";
    let admin = db.begin().await.unwrap();
    query_one(&admin, sql, []).await.unwrap();
    admin.commit().await.unwrap();
}

async fn effects(db: &Database) -> i64 {
    let row = query_one(db.read(), "SELECT COUNT(*) AS n FROM effect", []).await;
    row.unwrap().unwrap().try_get("", "n").unwrap()
}

/// Writers and readers until told to stop. Each write is tried again until it is acknowledged.
struct Load {
    db: Database,
    stop: Arc<AtomicBool>,
    acknowledged: Arc<AtomicI64>,
    tasks: JoinSet<()>,
}

impl Load {
    fn start(db: &Database) -> Self {
        let mut load = Self {
            db: db.clone(),
            stop: Arc::default(),
            acknowledged: Arc::default(),
            tasks: JoinSet::new(),
        };
        for worker in 0..4_u128 {
            let (db, stop) = (load.db.clone(), load.stop.clone());
            let acknowledged = load.acknowledged.clone();
            load.tasks.spawn(async move {
                for number in 0.. {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    while !in_time(write(&db, worker << 64 | number)).await {}
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                    assert!(in_time(one(&db)).await || !stop.load(Ordering::SeqCst));
                }
            });
        }
        load
    }

    async fn end(mut self) {
        self.stop.store(true, Ordering::SeqCst);
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap();
        }
        assert_eq!(
            effects(&self.db).await,
            self.acknowledged.load(Ordering::SeqCst),
            "every acknowledged write is there once"
        );
    }

    /// Waits for so many more acknowledged writes; tells how long that took.
    async fn goes_on(&self, more: i64) -> Duration {
        let since = Stopwatch::start();
        let enough = self.acknowledged.load(Ordering::SeqCst) + more;
        while self.acknowledged.load(Ordering::SeqCst) < enough {
            assert!(
                since.elapsed() < Duration::from_secs(60),
                "nothing is written"
            );
            tokio::task::yield_now().await;
        }
        since.elapsed()
    }
}

/// True when it was done; false when the caller was told, in time, to try again.
async fn in_time<T>(call: impl Future<Output = Result<T, Error>>) -> bool {
    let outcome = tokio::time::timeout(DEADLINE, call).await;
    match outcome.expect("nothing hangs") {
        Ok(_) => true,
        Err(Error::Unavailable(_) | Error::InFlight) => false,
        Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn after_every_connection_was_ended_the_next_calls_work() {
    if !testing::is_on_postgres() {
        return;
    }
    let world = World::new().await;
    let own = Postgres::start();
    let db = Database::open(&own.url(), &impatient()).await.unwrap();
    let admin = Database::connect(&own.url(), 1).await.unwrap();
    db.migrate::<Migrator>().await.unwrap();
    for round in 0..5 {
        // As many connections as there may be, all of them idle when they end.
        let all = futures_util::future::join_all((0..4).map(|_| one(&db)));
        assert!(all.await.iter().all(Result::is_ok));
        terminate_all(&admin).await;
        one(&db).await.unwrap();
        write(&db, round).await.unwrap();
    }
    assert_eq!(effects(&db).await, 5);
    drop(world);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn connections_that_end_under_load_lose_nothing_and_do_nothing_twice() {
    if !testing::is_on_postgres() {
        return;
    }
    let own = Postgres::start();
    let db = Database::open(&own.url(), &impatient()).await.unwrap();
    let admin = Database::connect(&own.url(), 1).await.unwrap();
    db.migrate::<Migrator>().await.unwrap();
    let load = Load::start(&db);
    for _ in 0..20 {
        load.goes_on(20).await;
        terminate_all(&admin).await;
    }
    load.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_a_crash_it_is_ready_again_within_five_seconds_and_nothing_is_lost() {
    if !testing::is_on_postgres() {
        return;
    }
    let mut own = Postgres::start();
    let db = Database::open(&own.url(), &impatient()).await.unwrap();
    db.migrate::<Migrator>().await.unwrap();
    let load = Load::start(&db);
    for _ in 0..2 {
        load.goes_on(20).await;
        own.stop_at_once();
        // Away for as long as some calls take to give up.
        let away = Stopwatch::start();
        while away.elapsed() < Duration::from_millis(1500) {
            assert!(!in_time(one(&db)).await);
        }
        own.start_again();
        let took = load.goes_on(1).await;
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
    load.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_stands_still_holds_nobody_longer_than_the_deadline() {
    if !testing::is_on_postgres() {
        return;
    }
    let own = Postgres::start();
    let db = Database::open(&own.url(), &impatient()).await.unwrap();
    db.migrate::<Migrator>().await.unwrap();
    let load = Load::start(&db);
    load.goes_on(20).await;
    own.freeze();
    for _ in 0..3 {
        assert!(!in_time(one(&db)).await);
        assert!(!in_time(write(&db, u128::MAX >> 1)).await);
    }
    own.thaw();
    let took = load.goes_on(20).await;
    assert!(took < Duration::from_secs(5), "{took:?}");
    // The write that nobody waited for may have happened, once: this settles it.
    while !in_time(write(&db, u128::MAX >> 1)).await {}
    load.acknowledged.fetch_add(1, Ordering::SeqCst);
    load.end().await;
}

#[tokio::test]
async fn a_server_without_a_free_place_a_lock_or_leave_to_write_is_told_as_unavailable() {
    if !testing::is_on_postgres() {
        return;
    }
    let own = Postgres::start_with(
        &["max_connections=6", "superuser_reserved_connections=0"],
        |_| (),
    );
    let db = Database::open(&own.url(), &impatient()).await.unwrap();
    db.migrate::<Migrator>().await.unwrap();
    // A lock that is not to be had.
    let holder = db.begin().await.unwrap();
    holder
        .execute_unprepared("LOCK TABLE effect IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    assert!(!in_time(write(&db, 1)).await);
    // A statement that takes too long.
    let slow = query_one(db.read(), "SELECT pg_sleep(30) AS one", []);
    assert!(!in_time(async { Ok(slow.await?) }).await);
    // What only reads changes nothing.
    let there = execute(db.read(), "DELETE FROM once", []);
    assert!(!in_time(async { Ok(there.await?) }).await);
    // Nobody more is let in.
    let mut others = Vec::new();
    while let Ok(other) = Database::connect(&own.url(), 1).await {
        others.push(other);
        assert!(others.len() <= 6);
    }
    let (url, limits) = (own.url(), impatient());
    let late = Database::open(&url, &limits);
    assert!(tokio::time::timeout(DEADLINE, late).await.unwrap().is_err());
    holder.rollback().await.unwrap();
    write(&db, 1).await.unwrap();
}

#[tokio::test]
async fn over_tls_only_to_the_server_that_our_authority_vouches_for() {
    if !testing::is_on_postgres() {
        return;
    }
    chassis::tls::use_ring();
    let (ours, theirs) = (Authority::new(), Authority::new());
    let (certificate, key) = ours.certificate("localhost");
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("ours.pem", &ours.pem), ("theirs.pem", &theirs.pem)] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let server = Postgres::start_with(&["ssl=on"], |data| {
        use std::os::unix::fs::PermissionsExt;
        for (name, text) in [("server.crt", &certificate), ("server.key", &key)] {
            let file = data.join(name);
            std::fs::write(&file, text).unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
            own(&file);
        }
    });
    let url = |host: &str, authority: &str| {
        let (port, authority) = (server.port(), folder.path().join(authority));
        format!(
            "postgres://irikteu@{host}:{port}/postgres?sslmode=verify-full&sslrootcert={}",
            authority.display()
        )
    };
    let db = Database::connect(&url("localhost", "ours.pem"), 1)
        .await
        .unwrap();
    let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let row = query_one(db.read(), sql, []).await.unwrap().unwrap();
    assert!(row.try_get::<bool>("", "ssl").unwrap());
    for (host, authority) in [("localhost", "theirs.pem"), ("127.0.0.1", "ours.pem")] {
        assert!(
            Database::connect(&url(host, authority), 1).await.is_err(),
            "{host} {authority}"
        );
    }
}

/// Makes the table as large as a segment of the log, without a row in it.
async fn fill(db: &Database) -> u64 {
    let tx = db.begin().await.unwrap();
    for sql in [
        "INSERT INTO effect SELECT repeat('x', 1900) FROM generate_series(1, 8400)",
        "DELETE FROM effect",
    ] {
        execute(&tx, sql, []).await.unwrap();
    }
    let size = "SELECT pg_relation_size('effect') AS n";
    let size = query_one(&tx, size, []).await.unwrap().unwrap();
    let size: i64 = size.try_get("", "n").unwrap();
    tx.commit().await.unwrap();
    u64::try_from(size).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_a_servers_disk_is_full_writes_are_refused_reads_go_on_and_nothing_is_lost() {
    if !testing::is_on_postgres() {
        return;
    }
    let own = Postgres::start_with(&["autovacuum=off"], |_| ());
    let db = Database::open(&own.url(), &impatient()).await.unwrap();
    db.migrate::<Migrator>().await.unwrap();
    // Who fills it has more time than a caller.
    let size = fill(&Database::connect(&own.url(), 1).await.unwrap()).await;
    assert!(size > 16 << 20, "{size}");
    let load = Load::start(&db);
    load.goes_on(20).await;
    // Half a page more than there is.
    own.limit_files(Some(size + 4096));
    let long = "a page and more ".repeat(1000);
    let is_refused = async || {
        let tx = db.begin().await.unwrap();
        let error = Error::from(fills(&tx, &long).await.expect_err("full"));
        matches!(error, Error::Unavailable(_))
    };
    assert!(is_refused().await);
    assert!(in_time(one(&db)).await);
    own.limit_files(None);
    load.goes_on(20).await;
    load.end().await;
}

/// Writes rows until there is no room: more than go into the pages, 512 at most, that were added in
/// advance when many wrote at once.
async fn fills(tx: &chassis::database::Tx, long: &str) -> Result<(), sea_orm::DbErr> {
    let sql = "INSERT INTO effect SELECT left($1, 1900) FROM generate_series(1, 4000)";
    execute(tx, sql, [long.into()]).await.map(drop)
}

#[tokio::test]
async fn a_full_disk_is_told_as_unavailable_and_is_over_when_there_is_room() {
    let world = World::new().await;
    let db = world.db();
    let full = db.begin().await.unwrap();
    if full.get_database_backend() != DbBackend::Sqlite {
        return;
    }
    // Not a page more than there is: as if the disk ended there.
    full.execute_unprepared("PRAGMA max_page_count = 1")
        .await
        .unwrap();
    full.commit().await.unwrap();
    let long = "a page and more ".repeat(1000);
    let tx = db.begin().await.unwrap();
    let error = Error::from(effect(&tx, &long).await.expect_err("full"));
    assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
    drop(tx);
    let room = db.begin().await.unwrap();
    room.execute_unprepared("PRAGMA max_page_count = 1000000")
        .await
        .unwrap();
    effect(&room, &long).await.unwrap();
    room.commit().await.unwrap();
    assert_eq!(effects(db).await, 1);
}
