//! Settings that every program of the suite has: flags, each with its environment variable.

use std::path::PathBuf;

use crate::clock::Clock;
use crate::telemetry::LogFormat;

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
    /// `2026-06-30T18:59:59Z` at which the clock stands still. For rehearsals only.
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

/// Settings of a service that runs as a process of its own.
#[derive(Debug, Clone, clap::Args)]
pub struct ServiceArgs {
    #[command(flatten)]
    pub common: CommonArgs,

    /// The service's database: `sqlite:///path/file.db` or `postgres://…`.
    #[arg(long, env = "IRIKTEU_DATABASE_URL")]
    pub database_url: String,

    /// Connections to the database at most.
    #[arg(long, env = "IRIKTEU_DATABASE_CONNECTIONS", default_value_t = 8)]
    pub database_connections: u32,

    /// Redis, which carries the events between services: `redis://host:6379` or `rediss://…`. Without
    /// it the service hears only its own events. A password belongs into a file that the
    /// orchestrator makes this variable of, not onto a command line.
    #[arg(long, env = "IRIKTEU_REDIS_URL", hide_env_values = true)]
    pub redis_url: Option<String>,

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
