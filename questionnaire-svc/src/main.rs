//! questionnaire-svc as a program of its own: `serve`, or `migrate` before it.

use chassis::blob::config::BlobArgs;
use chassis::config::ServiceArgs;
use chassis::program::{self, Parts};
use clap::Parser;
use questionnaire_svc::migrations::Migrator;
use questionnaire_svc::{NAME, Wiring};

/// Campaigns and their forms, applications with sections and documents.
#[derive(Parser)]
#[command(version)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Answers gRPC calls. Refuses to start while migrations are pending.
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
    config: questionnaire_svc::config::Config,
    #[command(flatten)]
    documents: BlobArgs,
    /// Where identity-svc answers gRPC: `https://host:port`, several with commas between.
    #[arg(long, env = "IRIKTEU_IDENTITY_URL")]
    identity_url: String,
    /// Where testing-svc answers gRPC: `https://host:port`, several with commas between.
    #[arg(long, env = "IRIKTEU_TESTING_URL")]
    testing_url: String,
    /// Where review-svc answers gRPC: `https://host:port`, several with commas between.
    #[arg(long, env = "IRIKTEU_REVIEW_URL")]
    review_url: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Program::parse().command {
        Command::Serve(serve) => run(*serve).await,
        Command::Migrate { database_url } => program::migrate::<Migrator>(&database_url).await,
    }
}

async fn run(serve: Serve) -> anyhow::Result<()> {
    let parts = Parts::open::<Migrator>(NAME, &serve.service, proto::DESCRIPTOR).await?;
    let net = parts.net;
    let service = questionnaire_svc::build(Wiring {
        db: parts.db,
        clock: parts.clock,
        ids: parts.ids,
        verifier: parts.verifier,
        identity: parts.identity,
        config: serve.config,
        blobs: serve.documents.open().await?,
        identity_svc: net.connect("identity-svc", &serve.identity_url)?,
        testing_svc: net.connect("testing-svc", &serve.testing_url)?,
        review_svc: net.connect("review-svc", &serve.review_url)?,
    })
    .await?;
    program::serve(service, parts.door, None, parts.stream, proto::DESCRIPTOR).await
}
