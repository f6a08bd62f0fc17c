//! Where the database is; how long and how much, each with its reason.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, ensure};

use crate::config::secret;

/// What a service may ask of its database. SQLite knows only how many connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// For writing, at most. A transaction holds its connection from BEGIN to COMMIT, mostly waiting
    /// for the disk: more than a few a core only wait in the server instead of here.
    pub connections: u32,
    /// For reading, at most: reads peak at about four a core. Apart, so that neither starves the other.
    pub read_connections: u32,
    /// How long a call waits for a connection, new ones and a server that just starts included. Well
    /// below the deadline of a call, so that the caller is told to try again.
    pub wait: Duration,
    /// One statement. `None` has no limit: migrations rewrite tables.
    pub statement: Option<Duration>,
    /// One lock. Shorter than a statement: who waits behind a stuck transaction says so.
    pub lock: Option<Duration>,
    /// A transaction on which nothing happens: its process froze, and its locks hold up the others.
    pub idle_in_transaction: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 8,
            read_connections: 8,
            wait: Duration::from_secs(3),
            statement: Some(Duration::from_secs(5)),
            lock: Some(Duration::from_secs(3)),
            idle_in_transaction: Some(Duration::from_secs(10)),
        }
    }
}

impl Limits {
    /// For migrations: they take as long as they take, but never queue for a lock in front of
    /// everybody who serves.
    pub fn migration() -> Self {
        Self {
            connections: 1,
            read_connections: 1,
            wait: Duration::from_secs(10),
            statement: None,
            ..Self::default()
        }
    }
}

/// Where the database is.
#[derive(Debug, Clone, clap::Args)]
pub struct DatabasePlace {
    /// The service's database: `sqlite:///path/file.db` or `postgres://host/name`; with
    /// `?sslmode=verify-full&sslrootcert=/path/ca.pem` over TLS. A URL with a password belongs into
    /// the file of the next setting, never onto a command line.
    #[arg(long, env = "IRIKTEU_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// A file with that URL, instead of it.
    #[arg(long, env = "IRIKTEU_DATABASE_URL_FILE")]
    pub database_url_file: Option<PathBuf>,
}

impl DatabasePlace {
    /// # Errors
    /// If neither or both are set, or the file can't be read.
    pub fn url(&self) -> anyhow::Result<String> {
        let url = secret(
            "IRIKTEU_DATABASE_URL",
            self.database_url.as_deref(),
            self.database_url_file.as_deref(),
        )?
        .context("where is the database? Set IRIKTEU_DATABASE_URL_FILE or IRIKTEU_DATABASE_URL")?;
        let is_known = ["sqlite:", "postgres://", "postgresql://"]
            .iter()
            .any(|scheme| url.starts_with(scheme));
        ensure!(
            is_known,
            "IRIKTEU_DATABASE_URL is neither sqlite:… nor postgres://…"
        );
        Ok(url)
    }
}

/// The database of a service that serves.
#[derive(Debug, Clone, clap::Args)]
pub struct DatabaseArgs {
    #[command(flatten)]
    pub place: DatabasePlace,

    /// Connections for writing at most. More than a few a core only wait in the server.
    #[arg(long, env = "IRIKTEU_DATABASE_CONNECTIONS", default_value_t = 8,
          value_parser = clap::value_parser!(u32).range(1..=200))]
    pub database_connections: u32,

    /// Connections for reading at most; reads peak at about four a core. The server must let in the
    /// sum of both from every instance.
    #[arg(long, env = "IRIKTEU_DATABASE_READ_CONNECTIONS", default_value_t = 8,
          value_parser = clap::value_parser!(u32).range(1..=200))]
    pub database_read_connections: u32,

    /// How many milliseconds a call waits for a connection before its caller is told to try again.
    #[arg(long, env = "IRIKTEU_DATABASE_WAIT_MS", default_value_t = 3000,
          value_parser = clap::value_parser!(u64).range(100..=60_000))]
    pub database_wait_ms: u64,

    /// The longest statement in milliseconds. Whatever takes longer holds up others.
    #[arg(long, env = "IRIKTEU_DATABASE_STATEMENT_MS", default_value_t = 5000,
          value_parser = clap::value_parser!(u64).range(100..=600_000))]
    pub database_statement_ms: u64,

    /// The longest wait for a lock in milliseconds.
    #[arg(long, env = "IRIKTEU_DATABASE_LOCK_MS", default_value_t = 3000,
          value_parser = clap::value_parser!(u64).range(10..=600_000))]
    pub database_lock_ms: u64,

    /// After so many milliseconds without a statement an open transaction is ended by the server: its
    /// process froze, and its locks hold up the others.
    #[arg(long, env = "IRIKTEU_DATABASE_IDLE_MS", default_value_t = 10_000,
          value_parser = clap::value_parser!(u64).range(100..=600_000))]
    pub database_idle_ms: u64,
}

impl DatabaseArgs {
    pub fn limits(&self) -> Limits {
        Limits {
            connections: self.database_connections,
            read_connections: self.database_read_connections,
            wait: Duration::from_millis(self.database_wait_ms),
            statement: Some(Duration::from_millis(self.database_statement_ms)),
            lock: Some(Duration::from_millis(self.database_lock_ms)),
            idle_in_transaction: Some(Duration::from_millis(self.database_idle_ms)),
        }
    }
}

/// The database of a service that is being migrated: by its owner.
#[derive(Debug, Clone, clap::Args)]
pub struct MigrateArgs {
    #[command(flatten)]
    pub place: DatabasePlace,

    /// The role that `serve` comes as, where it is not the owner of the tables: it is given what it
    /// needs, and of the audit and what else only grows no more than reading and adding. PostgreSQL
    /// only; the role must be there.
    #[arg(long, env = "IRIKTEU_DATABASE_SERVING_ROLE")]
    pub serving_role: Option<super::grants::Role>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(url: Option<&str>, file: Option<PathBuf>) -> DatabasePlace {
        DatabasePlace {
            database_url: url.map(str::to_owned),
            database_url_file: file,
        }
    }

    #[test]
    fn the_url_comes_from_one_place() {
        let folder = std::env::temp_dir().join(format!("irikteu-url-{}", std::process::id()));
        std::fs::write(&folder, "postgres://u:p@host/db\n").expect("a file");
        let file = || Some(folder.clone());
        assert_eq!(
            place(None, file()).url().expect("a URL"),
            "postgres://u:p@host/db"
        );
        assert!(place(Some("sqlite:x.db"), None).url().is_ok());
        for (url, file) in [
            (None, None),
            (Some("sqlite:x.db"), file()),
            (Some("mysql://x"), None),
            (None, Some("/nowhere/at/all".into())),
        ] {
            let error = place(url, file).url().expect_err("refused");
            assert!(!format!("{error:#}").contains("u:p"), "{error:#}");
        }
        std::fs::remove_file(&folder).expect("removed");
    }
}
