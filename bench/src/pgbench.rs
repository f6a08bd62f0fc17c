//! What PostgreSQL's own load generator reaches with the same effect as one statement: nothing between
//! the client and the database, so the best that could be hoped for without gathering callers.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use tokio::task::spawn_blocking;

use crate::load::Done;
use crate::postgres::{Postgres, printed};

pub struct Pgbench {
    database: String,
    clients: usize,
    script: PathBuf,
    _folder: TempDir,
}

impl Pgbench {
    pub fn new(database: &str, clients: usize, script: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("script.sql");
        std::fs::write(&path, script)?;
        Ok(Self {
            database: database.to_owned(),
            clients,
            script: path,
            _folder: folder,
        })
    }

    /// One turn. It counts whole seconds only, and the time without making connections.
    pub async fn run(&self, postgres: &Postgres, lasts: Duration) -> Result<Done> {
        let mut command = postgres.pgbench(&self.database);
        command.arg("-f").arg(&self.script);
        command.args(["-c", &self.clients.to_string(), "-j", "2"]);
        command.args(["-T", &lasts.as_secs().max(1).to_string()]);
        let text = spawn_blocking(move || printed(&mut command)).await??;
        let number = |before: &str, after: &str| -> Result<f64> {
            let line = text.lines().find_map(|line| line.strip_prefix(before));
            let line = line.with_context(|| format!("pgbench does not say {before:?}"))?;
            let word = line.split(after).next().unwrap_or_default();
            word.trim().parse().with_context(|| format!("{word:?}"))
        };
        let calls = number("number of transactions actually processed: ", "/")?;
        let failed = number("number of failed transactions: ", "(")?;
        ensure!(failed == 0.0, "{failed} statements of pgbench failed");
        let rate = number("tps = ", "(")?;
        Ok(Done {
            calls: calls as u64,
            seconds: calls / rate,
        })
    }
}
