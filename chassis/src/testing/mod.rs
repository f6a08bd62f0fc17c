//! For tests: a clock that stands still, ids that count, a database of one's own.

pub mod postgres;
pub mod redis;
mod signal;

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::ConnectionTrait;
use sea_orm_migration::MigratorTrait;
use tempfile::TempDir;

use crate::caller::{Caller, Person, Role, ServiceIdentity};
use crate::clock::Clock;
use crate::database::{Database, Limits};
use crate::ids::Ids;
use crate::token::{PublicKey, Signer, Verifier};

/// A database that is gone when the value is dropped. `IRIKTEU_TEST_ENGINE` chooses the engine:
/// `sqlite` (a file) or `postgres` (a new database on the server of `IRIKTEU_TEST_POSTGRES_URL`).
pub struct TestDatabase {
    pub db: Database,
    pub url: String,
    /// The test's own folder: the SQLite file, documents, certificates.
    pub folder: TempDir,
}

pub async fn database<M: MigratorTrait>() -> TestDatabase {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = database_url(folder.path(), "test").await;
    let db = Database::open(&url, &patient()).await.expect("a database");
    db.migrate::<M>().await.expect("migrations");
    TestDatabase { db, url, folder }
}

/// Limits that a crowd on a busy machine stays within; those of a service are tried where they matter.
pub fn patient() -> Limits {
    let longest = Duration::from_secs(30);
    Limits {
        wait: longest,
        statement: Some(longest),
        lock: Some(longest),
        ..Limits::default()
    }
}

/// The URL of a new, empty database on the engine of this run.
pub async fn database_url(folder: &std::path::Path, name: &str) -> String {
    if is_on_postgres() {
        return new_postgres().await;
    }
    let file = folder.join(name).with_extension("db");
    format!("sqlite://{}", file.display())
}

/// Whether this run is on PostgreSQL; what only it can do is tried only there.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told their engine by the environment"
)]
pub fn is_on_postgres() -> bool {
    std::env::var("IRIKTEU_TEST_ENGINE").is_ok_and(|engine| engine == "postgres")
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are told where PostgreSQL is by the environment"
)]
async fn new_postgres() -> String {
    let server = std::env::var("IRIKTEU_TEST_POSTGRES_URL")
        .expect("IRIKTEU_TEST_POSTGRES_URL names the server");
    let name = format!("it_{}", Ids::random(Clock::machine()).uuid().simple());
    let admin = sea_orm::Database::connect(&server)
        .await
        .expect("the PostgreSQL server of the tests");
    admin
        .execute_unprepared(&format!("CREATE DATABASE {name}"))
        .await
        .expect("a new database");
    admin.close().await.expect("closed");
    let (base, _) = server.rsplit_once('/').expect("a database in the URL");
    format!("{base}/{name}")
}

/// A database of this name on a PostgreSQL, unless it is there.
///
/// # Errors
/// If the server can't be reached or refuses.
pub async fn create_database(server: &str, name: &str) -> anyhow::Result<()> {
    let admin = sea_orm::Database::connect(server).await?;
    let there = crate::database::statement(
        &admin,
        "SELECT 1 FROM pg_database WHERE datname = $1",
        [name.into()],
    );
    if admin.query_one_raw(there).await?.is_none() {
        let sql = format!("CREATE DATABASE {name}");
        admin.execute_unprepared(&sql).await?;
    }
    Ok(admin.close().await?)
}

tokio::task_local! {
    static STATEMENTS: RefCell<Vec<String>>;
}

/// Runs something and tells the statements that it sent to databases, in order and without values: what
/// it cost, as far as tasks of its own did not do it.
pub async fn statements<F: Future>(of: F) -> (F::Output, Vec<String>) {
    let counted = async {
        let done = of.await;
        (done, STATEMENTS.with(RefCell::take))
    };
    STATEMENTS.scope(RefCell::default(), counted).await
}

pub(crate) fn note_statement(sql: &str) {
    // Nobody counts outside.
    let _ = STATEMENTS.try_with(|all| all.borrow_mut().push(sql.to_owned()));
}

/// 1 June 2026, 10:00 in Astana: a working Monday inside the tests' campaigns.
pub fn clock() -> Clock {
    Clock::held_at("2026-06-01T05:00:00Z".parse().expect("an instant"))
}

pub fn ids(clock: &Clock) -> Ids {
    Ids::counted(clock.clone())
}

/// A person with these roles, made of a number: the same number is the same person.
pub fn person(number: u128, roles: &[Role]) -> Caller {
    let account = uuid::Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_0000 | number);
    Caller::Person(Person {
        account,
        session: account,
        roles: roles.to_vec(),
    })
}

/// Keys for one service under test.
pub struct Keys {
    pub signer: Arc<Signer>,
    pub public: PublicKey,
}

pub fn keys(service: &str) -> Keys {
    let signer = Signer::new(service, &Signer::new_key().expect("a key")).expect("a signer");
    Keys {
        public: signer.public_key(),
        signer: Arc::new(signer),
    }
}

impl Keys {
    pub fn identity(&self, clock: &Clock) -> ServiceIdentity {
        ServiceIdentity::new(self.signer.clone(), clock.clone())
    }
}

/// A verifier that knows nobody: in-process callers are handed over, not proven.
pub fn verifier(audience: &str) -> Verifier {
    Verifier::new(audience, &[]).expect("no keys to be wrong")
}

/// A request id that is the same in every run.
pub fn request_id(number: u128) -> String {
    uuid::Uuid::from_u128(0x0197_1111_0000_7000_8000_0000_0000_0000 | number).to_string()
}
