//! Settings of the gateway, each with its reason.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chassis::config::{CommonArgs, ServingArgs, TlsArgs};
use chassis::link::RedisArgs;

use crate::events::StreamRules;
use crate::introduction;
use crate::limit::{Rate, Rates};
use crate::together::Together;

/// What the gateway needs to know wherever it runs.
#[derive(Debug, Clone)]
pub struct GatewayConfig {
    /// Origins beside the gateway's own whose pages may call, with cookies too.
    pub allowed_origins: Vec<String>,
    /// Browsers reach it over HTTPS: they are told to stay there.
    pub is_https: bool,
    /// Proxies of ours in front: so many entries at the end of X-Forwarded-For are believed.
    pub trusted_proxies: usize,
    /// Who sends us requests is one of our own, whose traces we go on with. A stranger's are only
    /// pointed to: otherwise anybody could choose our trace ids and have everything recorded.
    pub trusts_traces: bool,
    /// Whether `/metrics` is to be had at the public address. Not where there is a port for machines.
    pub shows_metrics: bool,
    /// The largest JSON body. The largest request of the contract, a form's section with every
    /// row filled, is a quarter of this.
    pub largest_json: usize,
    /// The largest upload. Documents end at 20 MiB and their service says so; a little more is let
    /// through so that it can.
    pub largest_upload: u64,
    /// The longest path and query.
    pub longest_uri: usize,
    /// How long a service may take for one answer.
    pub call_timeout: Duration,
    /// How long an upload may take: 20 MiB over a poor mobile line.
    pub upload_timeout: Duration,
    /// The longest wait for a JSON body, and the longest silence within a stream.
    pub body_timeout: Duration,
    /// How long an exchanged session is good for more calls; at most [`introduction::LONGEST`],
    /// because an ended session must be refused everywhere within five seconds. Zero exchanges on
    /// every call.
    pub introduction_life: Duration,
    /// How often somebody may call.
    pub rates: Rates,
    /// How streams of events are kept.
    pub streams: StreamRules,
    /// Requests under way at once; more are refused with a time to come back at, because those at the
    /// end of a long queue have left when it is their turn.
    pub requests_under_way: usize,
    /// What several gateways share; `None` where there is one, or no Redis.
    pub together: Option<Together>,
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            allowed_origins: Vec::new(),
            is_https: false,
            trusted_proxies: 0,
            trusts_traces: false,
            shows_metrics: true,
            largest_json: 256 * 1024,
            largest_upload: 21 * 1024 * 1024,
            longest_uri: 8 * 1024,
            call_timeout: Duration::from_secs(10),
            upload_timeout: Duration::from_secs(600),
            body_timeout: Duration::from_secs(20),
            introduction_life: introduction::LONGEST,
            rates: Rates::default(),
            streams: StreamRules::default(),
            requests_under_way: 2048,
            together: None,
        }
    }
}

/// Settings of a gateway that is a process of its own.
#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    #[command(flatten)]
    pub common: CommonArgs,

    #[command(flatten)]
    pub tls: TlsArgs,

    #[command(flatten)]
    pub serving: ServingArgs,

    /// Where to listen for HTTP.
    #[arg(long, env = "IRIKTEU_HTTP_ADDR", default_value = "127.0.0.1:8080")]
    pub http_addr: SocketAddr,

    /// Where identity-svc listens for gRPC; several addresses with commas between.
    #[arg(
        long,
        env = "IRIKTEU_IDENTITY_URL",
        default_value = "http://127.0.0.1:50051"
    )]
    pub identity_url: String,

    /// Where questionnaire-svc listens for gRPC; several addresses with commas between.
    #[arg(
        long,
        env = "IRIKTEU_QUESTIONNAIRE_URL",
        default_value = "http://127.0.0.1:50052"
    )]
    pub questionnaire_url: String,

    /// Where review-svc listens for gRPC; several addresses with commas between.
    #[arg(
        long,
        env = "IRIKTEU_REVIEW_URL",
        default_value = "http://127.0.0.1:50053"
    )]
    pub review_url: String,

    /// Where testing-svc listens for gRPC; several addresses with commas between.
    #[arg(
        long,
        env = "IRIKTEU_TESTING_URL",
        default_value = "http://127.0.0.1:50054"
    )]
    pub testing_url: String,

    /// The gateway's Ed25519 key in PKCS#8: it signs the exchange of sessions with identity-svc.
    #[arg(long, env = "IRIKTEU_KEY_FILE")]
    pub key_file: PathBuf,

    #[command(flatten)]
    pub redis: RedisArgs,

    /// Origins, besides its own, whose pages may call, such as `https://app.irikteu.kz`.
    #[arg(long, env = "IRIKTEU_ALLOWED_ORIGINS", value_delimiter = ',')]
    pub allowed_origins: Vec<String>,

    /// Browsers reach the gateway over HTTPS: tell them to stay there.
    #[arg(long, env = "IRIKTEU_HTTPS")]
    pub https: bool,

    /// How many proxies of ours stand in front: that many entries at the end of X-Forwarded-For
    /// are believed.
    #[arg(long, env = "IRIKTEU_TRUSTED_PROXIES", default_value_t = 0)]
    pub trusted_proxies: usize,

    /// The proxies in front begin traces of ours: go on with their `traceparent`. Without it a trace
    /// begins here and points to the sender's.
    #[arg(long, env = "IRIKTEU_TRUST_TRACES")]
    pub trust_traces: bool,

    /// Where to listen for probes and scrapers over HTTP: `/healthz`, `/readyz`, `/metrics`. With it,
    /// `/metrics` is no longer to be had at the public address.
    #[arg(long, env = "IRIKTEU_ADMIN_ADDR")]
    pub admin_addr: Option<SocketAddr>,

    /// For how many milliseconds an exchanged session is good for more calls; at most 3000, and 0
    /// exchanges on every call.
    #[arg(long, env = "IRIKTEU_SESSION_CACHE_MS", default_value_t = 3000)]
    pub session_cache_ms: u64,

    /// What one address may call: at once / a minute. Wide enough for a classroom behind it.
    #[arg(long, env = "IRIKTEU_RATE_ADDRESS", default_value_t = Rates::default().address)]
    pub rate_address: Rate,

    /// What one account may call, from all its devices: at once / a minute.
    #[arg(long, env = "IRIKTEU_RATE_ACCOUNT", default_value_t = Rates::default().account)]
    pub rate_account: Rate,

    /// How often one address may sign in, refresh and register: at once / a minute.
    #[arg(long, env = "IRIKTEU_RATE_CREDENTIALS", default_value_t = Rates::default().credentials)]
    pub rate_credentials: Rate,

    /// Streams of events at once; each may hold a connection.
    #[arg(long, env = "IRIKTEU_STREAMS", default_value_t = StreamRules::default().total)]
    pub streams: usize,

    /// Streams of events of one address.
    #[arg(long, env = "IRIKTEU_STREAMS_ADDRESS", default_value_t = StreamRules::default().address)]
    pub streams_address: usize,

    /// Streams of events of one account.
    #[arg(long, env = "IRIKTEU_STREAMS_ACCOUNT", default_value_t = StreamRules::default().account)]
    pub streams_account: usize,
}

impl ServeArgs {
    pub fn gateway(&self) -> GatewayConfig {
        let rates = Rates {
            address: self.rate_address,
            account: self.rate_account,
            credentials: self.rate_credentials,
            ..Rates::default()
        };
        GatewayConfig {
            allowed_origins: self.allowed_origins.clone(),
            is_https: self.https,
            trusted_proxies: self.trusted_proxies,
            trusts_traces: self.trust_traces,
            shows_metrics: self.admin_addr.is_none(),
            introduction_life: Duration::from_millis(self.session_cache_ms),
            rates,
            streams: StreamRules {
                total: self.streams,
                address: self.streams_address,
                account: self.streams_account,
                ..StreamRules::default()
            },
            requests_under_way: usize::try_from(self.serving.calls_under_way).unwrap_or(usize::MAX),
            ..GatewayConfig::default()
        }
    }

    pub fn url(&self, service: &str) -> &str {
        match service {
            "questionnaire-svc" => &self.questionnaire_url,
            "review-svc" => &self.review_url,
            "testing-svc" => &self.testing_url,
            _ => &self.identity_url,
        }
    }
}
