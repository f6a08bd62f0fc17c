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

    /// The service's Ed25519 key in PKCS#8: it signs the calls to other services.
    #[arg(long, env = "IRIKTEU_KEY_FILE")]
    pub key_file: PathBuf,

    /// The public keys of all services, as JSON: `[{"issuer": "identity-svc", "key": "…"}]`.
    #[arg(long, env = "IRIKTEU_PUBLIC_KEYS_FILE")]
    pub public_keys_file: PathBuf,
}
