//! Where Redis is, over TLS or not, with its password out of sight.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, ensure};
use redis::{Client, IntoConnectionInfo, TlsCertificates};

use crate::config::secret;

/// Redis, for those who have one.
#[derive(Debug, Clone, clap::Args)]
pub struct RedisArgs {
    /// Redis: `redis://host:6379` or, over TLS, `rediss://host:6379`. It carries events between
    /// services, and what their processes share. A URL with a password belongs into the file of the
    /// next setting, never onto a command line.
    #[arg(long, env = "IRIKTEU_REDIS_URL", hide_env_values = true)]
    pub redis_url: Option<String>,

    /// A file with that URL, instead of it.
    #[arg(long, env = "IRIKTEU_REDIS_URL_FILE")]
    pub redis_url_file: Option<PathBuf>,

    /// The authority that signed Redis' certificate, as PEM; without it, those the machine trusts.
    #[arg(long, env = "IRIKTEU_REDIS_CA_FILE")]
    pub redis_ca_file: Option<PathBuf>,

    /// How many milliseconds a call waits for Redis before it goes on without: many times what Redis
    /// needs, and hardly felt.
    #[arg(long, env = "IRIKTEU_REDIS_PATIENCE_MS", default_value_t = 50,
          value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub redis_patience_ms: u64,
}

impl RedisArgs {
    /// # Errors
    /// If a setting can't be read, or they don't fit each other.
    pub fn place(&self) -> anyhow::Result<Option<RedisPlace>> {
        let url = secret(
            "IRIKTEU_REDIS_URL",
            self.redis_url.as_deref(),
            self.redis_url_file.as_deref(),
        )?;
        let Some(url) = url else {
            ensure!(
                self.redis_ca_file.is_none(),
                "IRIKTEU_REDIS_CA_FILE is set, and IRIKTEU_REDIS_URL is not"
            );
            return Ok(None);
        };
        let patience = Duration::from_millis(self.redis_patience_ms);
        let Some(file) = &self.redis_ca_file else {
            return Ok(Some(RedisPlace::new(&url)?.patience(patience)));
        };
        let authority = std::fs::read(file)
            .with_context(|| format!("{} can't be read (IRIKTEU_REDIS_CA_FILE)", file.display()))?;
        let place = RedisPlace::trusting(&url, authority)?;
        Ok(Some(place.patience(patience)))
    }
}

/// A Redis that can be connected to. Nothing is connected yet.
#[derive(Clone)]
pub struct RedisPlace {
    pub(crate) client: Client,
    pub(super) patience: Duration,
}

impl std::fmt::Debug for RedisPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RedisPlace")
    }
}

impl RedisPlace {
    /// # Errors
    /// If that is no URL of Redis. It is not in the error: it may hold a password.
    pub fn new(url: &str) -> anyhow::Result<Self> {
        let client = Client::open(url).ok().context(NO_URL)?;
        let patience = PATIENCE;
        Ok(Self { client, patience })
    }

    /// So long a call waits before it goes on without Redis.
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Over TLS, with a certificate of this authority and no other.
    ///
    /// # Errors
    /// If the URL is none of a Redis with TLS, or the authority can't be read.
    pub fn trusting(url: &str, authority: Vec<u8>) -> anyhow::Result<Self> {
        ensure!(
            url.starts_with("rediss://"),
            "an authority for Redis is given, but its URL is not rediss://…"
        );
        let certificates = TlsCertificates {
            client_tls: None,
            root_cert: Some(authority),
        };
        let info = url.into_connection_info().ok().context(NO_URL)?;
        let patience = PATIENCE;
        let client = Client::build_with_tls(info, certificates)
            .map_err(|error| anyhow::anyhow!("the authority of Redis: {}", error.category()))?;
        Ok(Self { client, patience })
    }
}

/// Where nothing else is set.
const PATIENCE: Duration = Duration::from_millis(50);
const NO_URL: &str = "IRIKTEU_REDIS_URL is no URL of a Redis server";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_setting_is_refused_and_its_password_is_not_shown() {
        let args = |url: &str, ca: Option<&str>| RedisArgs {
            redis_url: Some(url.to_owned()),
            redis_url_file: None,
            redis_ca_file: ca.map(Into::into),
            redis_patience_ms: 50,
        };
        for bad in [
            args("http://:hunter2@host", None),
            args("redis://:hunter2@host", Some("/etc/hostname")),
            args("rediss://:hunter2@host", Some("/nowhere/at/all")),
        ] {
            let error = bad.place().expect_err("refused");
            assert!(!format!("{error:#}").contains("hunter2"), "{error:#}");
        }
        let none = RedisArgs {
            redis_url: None,
            ..args("", None)
        };
        assert!(none.place().expect("none").is_none());
        let good = args("rediss://:hunter2@host:6380/1", None);
        assert!(good.place().expect("a place").is_some());
    }
}
