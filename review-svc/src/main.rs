//! review-svc as a program of its own: `serve`, or `migrate` before it.

use chassis::config::ServiceArgs;
use chassis::database::settings::MigrateArgs;
use chassis::dead::{self, EventsArgs};
use chassis::program::{self, Parts};
use clap::Parser;
use review_svc::migrations::{Migrator, ONLY_GROW};
use review_svc::{NAME, Wiring};

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
    config: review_svc::config::Config,
    /// Where questionnaire-svc answers gRPC: `https://host:port`, several with commas between.
    #[arg(long, env = "IRIKTEU_QUESTIONNAIRE_URL")]
    questionnaire_url: String,
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
    let service = review_svc::build(Wiring {
        db: parts.db,
        clock: parts.clock,
        ids: parts.ids,
        verifier: parts.verifier,
        identity: parts.identity,
        config: serve.config,
        questionnaire: parts
            .net
            .connect("questionnaire-svc", &serve.questionnaire_url)?,
    })
    .await?;
    program::serve(service, parts.door, None, parts.stream, proto::DESCRIPTOR).await
}
