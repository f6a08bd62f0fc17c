//! review-svc as a program of its own: `serve`, or `migrate` before it.

use chassis::client::Connection;
use chassis::config::ServiceArgs;
use chassis::program::{self, Parts};
use chassis::server;
use clap::Parser;
use review_svc::migrations::Migrator;
use review_svc::{NAME, Wiring};
use tonic::transport::Endpoint;

/// Review tasks, claims and decisions of experts, and the working days they are counted by.
#[derive(Parser)]
#[command(version)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Answers gRPC calls. Refuses to start while migrations are pending.
    ///
    /// Events travel within a process so far: as a process of its own it hears no other service,
    /// and what it publishes is taken by nobody else. Run the suite in one process to have them.
    Serve(Box<Serve>),
    /// Brings the tables up to this version, and ends.
    Migrate {
        /// The service's database: `sqlite:///path/file.db` or `postgres://…`.
        #[arg(long, env = "IRIKTEU_DATABASE_URL")]
        database_url: String,
    },
}

#[derive(clap::Args)]
struct Serve {
    #[command(flatten)]
    service: ServiceArgs,
    #[command(flatten)]
    config: review_svc::config::Config,
    /// Where questionnaire-svc answers gRPC: `http://host:port`.
    #[arg(long, env = "IRIKTEU_QUESTIONNAIRE_URL")]
    questionnaire_url: Endpoint,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Program::parse().command {
        Command::Serve(serve) => run(*serve).await,
        Command::Migrate { database_url } => program::migrate::<Migrator>(&database_url).await,
    }
}

async fn run(serve: Serve) -> anyhow::Result<()> {
    let parts = Parts::open::<Migrator>(NAME, &serve.service).await?;
    let service = review_svc::build(Wiring {
        db: parts.db,
        clock: parts.clock,
        ids: parts.ids,
        verifier: parts.verifier,
        identity: parts.identity,
        config: serve.config,
        questionnaire: Connection::remote(
            "questionnaire-svc",
            serve.questionnaire_url.connect_lazy(),
        ),
    })
    .await?;
    let listener = server::bind(serve.service.grpc_addr).await?;
    program::serve(service, listener, None, parts.stream, proto::DESCRIPTOR).await
}
