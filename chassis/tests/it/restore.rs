//! The database is lost, or somebody made a mistake in it: it is brought back from a copy and the archive
//! of its log, to a moment. What was acknowledged before is there, nothing of what came after, and a
//! caller that repeats itself is answered as if nothing had happened. `docs/restore.md` in small.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use chassis::caller::Caller;
use chassis::database::{Database, execute, query_all, query_one};
use chassis::once::{self, Once};
use chassis::testing::postgres::{Postgres, own};
use chassis::testing::{self, patient, request_id};
use prost_types::Duration as Message;

use crate::world::{Migrator, effect, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_comes_back_as_it_was_at_a_moment() {
    if !testing::is_on_postgres() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    own(folder.path());
    let (archive, copy) = (folder.path().join("archive"), folder.path().join("copy"));
    std::fs::create_dir(&archive).unwrap();
    own(&archive);
    let mut lost = Postgres::start_with(&archiving(&archive).each(), |_| ());
    let db = Database::open(&lost.url(), &patient()).await.unwrap();
    db.migrate::<Migrator>().await.unwrap();

    write(&db, 0..40).await;
    // The copy is taken while people write.
    let port = lost.port();
    let taken = tokio::task::spawn_blocking({
        let copy = copy.clone();
        move || take_copy(port, &copy)
    });
    write(&db, 40..160).await;
    taken.await.unwrap();
    write(&db, 160..200).await;
    let moment = text(&db, "SELECT CAST(clock_timestamp() AS TEXT) AS it").await;
    write(&db, 200..220).await;
    let mistake = db.begin().await.unwrap();
    let forgotten = "DELETE FROM effect WHERE what <> 'something'";
    execute(&mistake, forgotten, []).await.unwrap();
    mistake.commit().await.unwrap();
    let last = text(&db, "SELECT pg_walfile_name(pg_switch_wal()) AS it").await;
    let last = archive.join(last);
    until("the log is in the archive", || last.is_file()).await;
    lost.stop_at_once();
    drop(db);

    let back = Postgres::start_with(&recovering(&archive, &moment).each(), |data| {
        put_back(&copy, data);
    });
    let db = Database::open(&back.url(), &patient()).await.unwrap();
    let before: BTreeSet<u128> = (0..200).collect();
    assert_eq!(effects(&db).await, before);

    // Who got an answer gets the same one; who got theirs after that moment begins anew.
    write(&db, 190..210).await;
    let with_repeated: BTreeSet<u128> = (0..210).collect();
    assert_eq!(effects(&db).await, with_repeated);
    let count = query_one(db.read(), "SELECT COUNT(*) AS n FROM effect", []).await;
    let count: i64 = count.unwrap().unwrap().try_get("", "n").unwrap();
    assert_eq!(count, 210, "each once");
}

/// Settings of a server, `name=value`.
struct Settings(Vec<String>);

impl Settings {
    fn each(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).collect()
    }
}

fn archiving(archive: &Path) -> Settings {
    let to = archive.display();
    // Under its name only when it is whole.
    let keep = format!("archive_command=cp %p {to}/%f.part && mv {to}/%f.part {to}/%f");
    Settings(vec!["archive_mode=on".into(), keep])
}

fn recovering(archive: &Path, moment: &str) -> Settings {
    Settings(vec![
        format!("restore_command=cp {}/%f %p", archive.display()),
        format!("recovery_target_time={moment}"),
        "recovery_target_action=promote".into(),
    ])
}

/// Returns when each was acknowledged.
async fn write(db: &Database, numbers: std::ops::Range<u128>) {
    for number in numbers {
        let (clock, message, id) = (testing::clock(), Message::default(), request_id(number));
        let begun =
            once::begin::<_, Message>(db, &clock, &Caller::Stranger, "Write", &id, &message).await;
        if let Once::Begun(write) = begun.unwrap() {
            effect(write.tx(), &number.to_string()).await.unwrap();
            write.commit(message).await.unwrap();
        }
    }
}

async fn effects(db: &Database) -> BTreeSet<u128> {
    let rows = query_all(db.read(), "SELECT what FROM effect", []).await;
    let rows = rows.unwrap().into_iter();
    let number = |row: sea_orm::QueryResult| -> String { row.try_get("", "what").unwrap() };
    rows.map(|row| number(row).parse().unwrap()).collect()
}

async fn text(db: &Database, sql: &str) -> String {
    let admin = db.begin().await.unwrap();
    let row = query_one(&admin, sql, []).await.unwrap().unwrap();
    let text = row.try_get("", "it").unwrap();
    admin.commit().await.unwrap();
    text
}

fn take_copy(port: u16, to: &Path) {
    let mut copy = Command::new(program("pg_basebackup"));
    copy.args([
        "--host=127.0.0.1",
        "--username=irikteu",
        "--checkpoint=fast",
    ])
    .arg(format!("--port={port}"))
    .arg("--pgdata")
    .arg(to);
    run(&mut copy);
}

/// In place of the data that a new server began with, as its user's.
fn put_back(copy: &Path, data: &Path) {
    let owner = std::fs::metadata(data).unwrap();
    std::fs::remove_dir_all(data).unwrap();
    run(Command::new("cp").arg("-a").arg(copy).arg(data));
    std::fs::write(data.join("recovery.signal"), "").unwrap();
    let owner = format!("{}:{}", owner.uid(), owner.gid());
    run(Command::new("chown").args(["-R", &owner]).arg(data));
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    let says = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {says}");
}

/// It comes with the server, where the server's other programs are.
fn program(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let debian = versions.flatten().map(|it| it.path().join("bin"));
    let local = ["/usr/local/pgsql/bin", "/usr/local/bin"].map(PathBuf::from);
    let found = debian.chain(local).map(|folder| folder.join(name));
    // Where else it may be, PATH knows.
    found
        .into_iter()
        .find(|it| it.is_file())
        .unwrap_or_else(|| name.into())
}
