//! questionnaire-svc as a program of its own: `serve`, or `migrate` before it.

use chassis::blob::config::BlobArgs;
use chassis::config::ServiceArgs;
use chassis::database::settings::MigrateArgs;
use chassis::dead::{self, EventsArgs};
use chassis::program::{self, Parts};
use clap::Parser;
use questionnaire_svc::migrations::{Migrator, ONLY_GROW};
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
    ///
    /// Without Redis it hears only its own events, and nobody else hears them.
    Serve(Box<Serve>),
    /// Brings the tables up to this version, and ends.
    Migrate(MigrateArgs),
    /// Shows events that nobody took, and has them tried again or dropped.
    Events(EventsArgs),
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
        Command::Migrate(args) => program::migrate::<Migrator>(&args, ONLY_GROW).await,
        Command::Events(args) => dead::run::<Migrator>(NAME, &args).await,
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
