//! Settings of the all-in-one program.

use std::net::SocketAddr;
use std::path::PathBuf;

use chassis::config::CommonArgs;

/// Irikteu, all services in one process on embedded defaults.
///
/// Needs nothing installed: SQLite files, documents, keys and certificates live under one folder.
#[derive(Debug, Clone, clap::Parser)]
#[command(
    name = "irikteu",
    version,
    after_help = "Without a command the suite is started."
)]
pub struct Cli {
    #[command(flatten)]
    pub start: StartArgs,

    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Clone, clap::Subcommand)]
pub enum Command {
    /// Plays a partner against a running suite: looks up, reserves, redeems, reports.
    Partner(crate::partner::PartnerArgs),
    /// Signs a file with the key of an organisation of the demonstration, as NCALayer would, and prints the signature
    /// in base64: CMS with the file in it.
    Sign {
        /// What to sign: the content of a challenge, or of an act.
        file: PathBuf,

        /// The BIN of the organisation that signs, one of the demonstration's.
        #[arg(long, default_value = crate::signing::COLLEGES[0].bin)]
        bin: String,
    },
    /// Makes the keys that services in processes of their own sign and check calls with.
    Keys {
        /// The folder to write to: one `.pk8` for each service, and `public.json` for all. Keys that
        /// are there stay.
        #[arg(long)]
        out: PathBuf,
    },
    /// Makes the certificates that services in processes of their own know each other by. For trying
    /// out: where people depend on it, an authority that can take its word back makes them.
    Certificates {
        /// The folder to write to: `authority.pem`, one `.pem` and one `.key` for each service.
        #[arg(long)]
        out: PathBuf,
    },
}

#[derive(Debug, Clone, clap::Args)]
pub struct StartArgs {
    #[command(flatten)]
    pub common: CommonArgs,

    /// Where to listen for HTTP: the API for frontends, its page and the development pages.
    #[arg(long, env = "IRIKTEU_HTTP_ADDR", default_value = "127.0.0.1:8080")]
    pub http_addr: SocketAddr,

    /// Where to listen for gRPC between services, with health and reflection.
    #[arg(long, env = "IRIKTEU_GRPC_ADDR", default_value = "127.0.0.1:8081")]
    pub grpc_addr: SocketAddr,

    /// Where to listen for partners, over mutual TLS.
    #[arg(long, env = "IRIKTEU_PARTNER_ADDR", default_value = "127.0.0.1:8443")]
    pub partner_addr: SocketAddr,

    /// Where everything is kept. Delete it to start anew.
    #[arg(
        long,
        env = "IRIKTEU_DATA_DIR",
        default_value = ".irikteu",
        global = true
    )]
    pub data_dir: PathBuf,

    /// The address people reach the suite at, for links in mails [default: http://HTTP_ADDR].
    #[arg(long, env = "IRIKTEU_PUBLIC_URL")]
    pub public_url: Option<String>,

    /// Starts without the demonstration campaign, sessions and accounts.
    #[arg(long, env = "IRIKTEU_NO_DEMO")]
    pub no_demo: bool,
}
