//! A PostgreSQL of the bench's own, as careful as in earnest: fsync and synchronous_commit on. It is gone
//! with the bench, however that ends: a few lines of shell hold it and a pipe that only we hold open.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::{load, machine};

/// $1 its folder, $2 whom it runs as or nothing, $3 where its programs are; the rest are its settings.
const KEEPER: &str = r#"
folder=$1 owner=$2 programs=$3
shift 3
as=
if [ -n "$owner" ]; then
    chown "$owner" "$folder"
    as="setpriv --reuid=$owner --regid=$(id -g "$owner") --clear-groups"
fi
cd "$folder"
$as "$programs/initdb" -D "$folder/data" -U irikteu --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
    >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
$as "$programs/postgres" -D "$folder/data" "$@" >>"$folder/log" 2>&1 &
server=$!
read -r _
kill -INT "$server" 2>/dev/null
wait "$server" 2>/dev/null
cd /
rm -rf "$folder"
"#;

/// Tables that grow within a minute are counted as often as in an installation. Checkpoints would fall into the turn of one side or the other; the log is large enough for all of them.
const SETTINGS: &[&str] = &[
    "listen_addresses=127.0.0.1",
    "max_connections=200",
    "shared_buffers=512MB",
    "max_wal_size=24GB",
    "checkpoint_timeout=1h",
    "log_min_messages=fatal",
    "jit=off",
    "autovacuum_naptime=10s",
];

const LOOKS: usize = 400;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

pub struct Postgres {
    keeper: Child,
    programs: PathBuf,
    port: u16,
    pid: u32,
    /// Removed after the server has ended.
    _folder: TempDir,
}

impl Postgres {
    pub async fn start() -> Result<Self> {
        let programs = programs()?;
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER, "bench-postgres"]);
        command.arg(folder.path());
        command.arg(if is_root()? { "postgres" } else { "" });
        command.arg(&programs);
        let own = [
            format!("port={port}"),
            format!("unix_socket_directories={}", folder.path().display()),
        ];
        for setting in SETTINGS.iter().map(ToString::to_string).chain(own) {
            command.arg("-c").arg(setting);
        }
        let keeper = command
            .stdin(Stdio::piped())
            .spawn()
            .context("cannot start a shell")?;
        let mut postgres = Self {
            keeper,
            programs,
            port,
            pid: 0,
            _folder: folder,
        };
        postgres.pid = postgres.ready().await?;
        Ok(postgres)
    }

    /// Its lock file names the process first and, in its eighth line, whether it takes connections.
    async fn ready(&mut self) -> Result<u32> {
        let lock = self._folder.path().join("data/postmaster.pid");
        for _ in 0..LOOKS {
            if let Some(status) = self.keeper.try_wait()? {
                bail!("PostgreSQL did not start: {status}");
            }
            let text = fs::read_to_string(&lock).unwrap_or_default();
            let mut lines = text.lines();
            let pid = lines.next().and_then(|line| line.trim().parse().ok());
            if lines.nth(6).is_some_and(|state| state.trim() == "ready") {
                return pid.context("PostgreSQL has no process");
            }
            load::pause(BETWEEN_LOOKS).await;
        }
        bail!("PostgreSQL did not start in time")
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://irikteu@127.0.0.1:{}/{database}", self.port)
    }

    /// Seconds of CPU that all its processes took, those that ended included.
    pub fn cpu_seconds(&self) -> Result<f64> {
        machine::cpu_of_tree(self.pid)
    }

    pub fn create(&self, database: &str) -> Result<()> {
        self.sql("postgres", &format!("CREATE DATABASE {database}"))
            .map(drop)
    }

    /// Runs statements and gives what they print, without a frame.
    pub fn sql(&self, database: &str, sql: &str) -> Result<String> {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-qAtX", "-v", "ON_ERROR_STOP=1", "-c", sql, "-d"]);
        psql.arg(self.url(database));
        printed(&mut psql)
    }

    pub fn number(&self, database: &str, sql: &str) -> Result<f64> {
        let text = self.sql(database, sql)?;
        let number = text.trim().parse();
        number.with_context(|| format!("{text:?} is no number: {sql}"))
    }

    /// `pgbench` on a database, but for what is its own of the run.
    pub fn pgbench(&self, database: &str) -> Command {
        let mut pgbench = Command::new(self.programs.join("pgbench"));
        let port = self.port.to_string();
        pgbench.args(["-h", "127.0.0.1", "-U", "irikteu", "-p", &port]);
        pgbench.args(["-n", "-M", "prepared"]);
        pgbench.env("PGDATABASE", database);
        pgbench
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        if let Err(error) = self.keeper.wait() {
            eprintln!("PostgreSQL did not end: {error}");
        }
    }
}

/// What a program prints.
///
/// # Errors
/// With what it complained of, unless it is content.
pub fn printed(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("cannot start {command:?}"))?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}", complaint.trim());
    Ok(String::from_utf8(output.stdout)?)
}

fn programs() -> Result<PathBuf> {
    let debian = |version: u32| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin"));
    let mut folders: Vec<PathBuf> = (13..=20).rev().map(debian).collect();
    folders.push("/usr/local/bin".into());
    folders.push("/usr/bin".into());
    let is_there = |folder: &Path| {
        ["initdb", "pgbench"]
            .iter()
            .all(|it| folder.join(it).is_file())
    };
    let found = folders.into_iter().find(|folder| is_there(folder));
    found.context("PostgreSQL's initdb and pgbench are not installed (Debian: postgresql)")
}

/// PostgreSQL refuses to run as root.
fn is_root() -> Result<bool> {
    Ok(printed(Command::new("id").arg("-u"))?.trim() == "0")
}

fn free_port() -> Result<u16> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    Ok(listener.local_addr()?.port())
}
