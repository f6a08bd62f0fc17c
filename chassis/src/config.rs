//! Settings that every program of the suite has: flags, each with its environment variable.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail, ensure};

use crate::clock::Clock;
use crate::database::settings::DatabaseArgs;
use crate::link::RedisArgs;
use crate::telemetry::LogFormat;
use crate::tls::{Files, Tls};

#[derive(Debug, Clone, clap::Args)]
pub struct CommonArgs {
    /// What to log, as tracing directives: `info`, `debug`, `testing_svc=debug`.
    #[arg(
        long,
        env = "IRIKTEU_LOG",
        default_value = "info,sqlx=warn,sea_orm=warn"
    )]
    pub log: String,

    /// How to write log lines.
    #[arg(long, env = "IRIKTEU_LOG_FORMAT", value_enum, default_value = "text")]
    pub log_format: LogFormat,

    /// The time the suite lives in: `machine`, a shift such as `+2d3h`, or an instant such as
    /// `2026-06-30T18:59:59Z` at which the clock stands still. For rehearsals only. `off+10m` is a
    /// machine whose clock is wrong, to see what happens.
    #[arg(
        long,
        env = "IRIKTEU_CLOCK",
        default_value = "machine",
        allow_hyphen_values = true
    )]
    pub clock: Clock,

    #[command(flatten)]
    pub otlp: OtlpArgs,
}

/// Where traces and metrics go, beside the log and `/metrics`.
#[derive(Debug, Clone, clap::Args)]
pub struct OtlpArgs {
    /// The collector that takes traces and metrics over OTLP/gRPC, such as `http://collector:4317`.
    /// Without it nothing is recorded and nothing sent.
    #[arg(long, env = "IRIKTEU_OTLP_URL")]
    pub otlp_url: Option<String>,

    /// Whom to believe where the collector's address is https: certificates in PEM.
    #[arg(long, env = "IRIKTEU_OTLP_AUTHORITY_FILE")]
    pub otlp_authority_file: Option<PathBuf>,

    /// The share of traces that are recorded, from 0 to 1. Who calls decides for all that follow: a
    /// trace is recorded everywhere or nowhere.
    #[arg(long, env = "IRIKTEU_TRACE_SHARE", default_value_t = 1.0, value_parser = share)]
    pub trace_share: f64,

    /// How many spans wait for the collector at most; beyond that they are dropped and counted. One is
    /// about a kilobyte.
    #[arg(long, env = "IRIKTEU_TRACE_QUEUE", default_value_t = 4096,
        value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub trace_queue: u32,

    /// Seconds between two sendings of metrics to the collector; 0 leaves them to who asks for
    /// `/metrics`.
    #[arg(long, env = "IRIKTEU_OTLP_METRICS_SECONDS", default_value_t = 15,
        value_parser = clap::value_parser!(u32).range(0..=3600))]
    pub otlp_metrics_seconds: u32,
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|it| (0.0..=1.0).contains(it));
    share.ok_or_else(|| "a share is a number from 0 to 1, such as 0.05".to_owned())
}

/// How a program of its own proves who it is, to those that it calls and that call it. Without
/// these settings it speaks plain text, and only within this machine.
#[derive(Debug, Clone, clap::Args)]
pub struct TlsArgs {
    /// The program's certificate, PEM; `urn:irikteu:service:<its name>` is in it. It is read again
    /// when it changes, and so are the next two.
    #[arg(long, env = "IRIKTEU_TLS_CERTIFICATE_FILE")]
    pub tls_certificate_file: Option<PathBuf>,

    /// Its key, PEM.
    #[arg(long, env = "IRIKTEU_TLS_KEY_FILE")]
    pub tls_key_file: Option<PathBuf>,

    /// The authority that certificates of services come from, PEM; two while one takes over from
    /// the other.
    #[arg(long, env = "IRIKTEU_TLS_AUTHORITY_FILE")]
    pub tls_authority_file: Option<PathBuf>,

    /// Seconds between two looks at the files of certificates, from 1 to 3600: they are replaced hours
    /// before they end.
    #[arg(long, env = "IRIKTEU_TLS_LOOK_SECONDS", default_value_t = 30,
        value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub tls_look_seconds: u64,
}

impl TlsArgs {
    /// # Errors
    /// If only some of the files are named, or they are not what they should be.
    pub fn read(&self) -> anyhow::Result<Option<Tls>> {
        let files = (
            self.tls_certificate_file.clone(),
            self.tls_key_file.clone(),
            self.tls_authority_file.clone(),
        );
        match files {
            (None, None, None) => Ok(None),
            (Some(certificate), Some(key), Some(authority)) => {
                let files = Files {
                    certificate,
                    key,
                    authority,
                };
                Tls::looking(files, self.look()).map(Some)
            }
            _ => bail!(
                "a certificate, its key and an authority belong together: give all three \
                 --tls-…-file settings or none"
            ),
        }
    }

    /// How often files of certificates are looked at.
    pub fn look(&self) -> Duration {
        Duration::from_secs(self.tls_look_seconds)
    }
}

/// How much a program does at once, and how it ends.
#[derive(Debug, Clone, clap::Args)]
pub struct ServingArgs {
    /// Calls under way at once, from 1 to 100000; more are refused with a time to come back at. What
    /// the database answers within half a second: those who wait longer ask again and make it worse.
    #[arg(long, env = "IRIKTEU_CALLS_UNDER_WAY", default_value_t = 512,
        value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub calls_under_way: u32,

    /// Milliseconds between saying that no more calls should come and taking no more, up to 60000: as
    /// long as those who balance need to notice.
    #[arg(long, env = "IRIKTEU_DRAIN_GRACE_MS", default_value_t = 1000,
        value_parser = clap::value_parser!(u64).range(0..=60_000))]
    pub drain_grace_ms: u64,
}

/// Settings of a service that runs as a process of its own.
#[derive(Debug, Clone, clap::Args)]
pub struct ServiceArgs {
    #[command(flatten)]
    pub common: CommonArgs,

    #[command(flatten)]
    pub tls: TlsArgs,

    #[command(flatten)]
    pub serving: ServingArgs,

    #[command(flatten)]
    pub database: DatabaseArgs,

    #[command(flatten)]
    pub redis: RedisArgs,

    /// Where to listen for gRPC.
    #[arg(long, env = "IRIKTEU_GRPC_ADDR", default_value = "127.0.0.1:50051")]
    pub grpc_addr: std::net::SocketAddr,

    /// Where to listen for probes and scrapers over HTTP: `/healthz`, `/readyz`, `/metrics`. Without it
    /// there is no such port.
    #[arg(long, env = "IRIKTEU_ADMIN_ADDR")]
    pub admin_addr: Option<std::net::SocketAddr>,

    /// The service's Ed25519 key in PKCS#8: it signs the calls to other services.
    #[arg(long, env = "IRIKTEU_KEY_FILE")]
    pub key_file: PathBuf,

    /// The public keys of all services, as JSON: `[{"issuer": "identity-svc", "key": "…"}]`.
    #[arg(long, env = "IRIKTEU_PUBLIC_KEYS_FILE")]
    pub public_keys_file: PathBuf,
}

/// A setting that holds a secret: given as a file, or as it is.
///
/// # Errors
/// If both are given, or the file is empty or can't be read. The secret is in no error.
pub fn secret(
    name: &str,
    value: Option<&str>,
    file: Option<&Path>,
) -> anyhow::Result<Option<String>> {
    ensure!(
        value.is_none() || file.is_none(),
        "{name} and {name}_FILE are both set: one of them is meant"
    );
    let Some(file) = file else {
        return Ok(value.map(str::to_owned));
    };
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} can't be read ({name}_FILE)", file.display()))?;
    let text = text.trim();
    ensure!(
        !text.is_empty(),
        "{} is empty ({name}_FILE)",
        file.display()
    );
    Ok(Some(text.to_owned()))
}
