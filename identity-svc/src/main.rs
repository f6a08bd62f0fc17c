//! identity-svc as a process of its own.

use chassis::client::Connection;
use chassis::config::ServiceArgs;
use chassis::program::{self, Parts};
use chassis::server;
use clap::Parser;
use identity_svc::config::IdentityArgs;
use identity_svc::migrations::Migrator;
use identity_svc::{NAME, Wiring};
use tonic::transport::Endpoint;

/// Accounts, registration, sessions, roles, the inbox and outgoing mail.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Serves gRPC until it is told to stop.
    ///
    /// Events of other processes do not arrive yet: between processes there is no bus. Messages
    /// are written for what happens in this one.
    Serve(Box<ServeArgs>),
    /// Brings the database's tables up to date, and ends.
    Migrate {
        /// The service's database: `sqlite:///path/file.db` or `postgres://…`.
        #[arg(long, env = "IRIKTEU_DATABASE_URL")]
        database_url: String,
    },
}

#[derive(clap::Args)]
struct ServeArgs {
    #[command(flatten)]
    service: ServiceArgs,

    #[command(flatten)]
    identity: IdentityArgs,

    /// Where questionnaire-svc listens for gRPC: it knows the terms of campaigns.
    #[arg(
        long,
        env = "IRIKTEU_QUESTIONNAIRE_URL",
        default_value = "http://127.0.0.1:50052"
    )]
    questionnaire_url: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Serve(args) => serve(*args).await,
        Command::Migrate { database_url } => program::migrate::<Migrator>(&database_url).await,
    }
}

async fn serve(args: ServeArgs) -> anyhow::Result<()> {
    let config = args.identity.read()?;
    let parts = Parts::open::<Migrator>(NAME, &args.service).await?;
    let questionnaire = Endpoint::from_shared(args.questionnaire_url)?.connect_lazy();
    let service = identity_svc::build(Wiring {
        db: parts.db,
        clock: parts.clock,
        ids: parts.ids,
        verifier: parts.verifier,
        signer: parts.signer,
        identity: parts.identity,
        config,
        questionnaire: Connection::remote("questionnaire-svc", questionnaire),
    })
    .await?;
    let listener = server::bind(args.service.grpc_addr).await?;
    program::serve(service, listener, None, parts.stream, proto::DESCRIPTOR).await
}
