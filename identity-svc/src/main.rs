//! identity-svc as a process of its own.

use chassis::config::ServiceArgs;
use chassis::database::settings::MigrateArgs;
use chassis::dead::{self, EventsArgs};
use chassis::program::{self, Parts};
use clap::Parser;
use identity_svc::config::IdentityArgs;
use identity_svc::migrations::{Migrator, ONLY_GROW};
use identity_svc::{NAME, Wiring};

/// Accounts, registration, sessions, roles, the inbox and outgoing mail.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Serves gRPC until it is told to stop. Refuses to start while migrations are pending.
    ///
    /// Without Redis it hears only its own events, and nobody else hears them.
    Serve(Box<ServeArgs>),
    /// Brings the database's tables up to date, and ends.
    Migrate(MigrateArgs),
    /// Shows events that nobody took, and has them tried again or dropped.
    Events(EventsArgs),
}

#[derive(clap::Args)]
struct ServeArgs {
    #[command(flatten)]
    service: ServiceArgs,

    #[command(flatten)]
    identity: IdentityArgs,

    /// Where questionnaire-svc listens for gRPC: it knows the terms of campaigns. Several addresses with
    /// commas between, or a name that stands for several.
    #[arg(
        long,
        env = "IRIKTEU_QUESTIONNAIRE_URL",
        default_value = "http://127.0.0.1:50052"
    )]
    questionnaire_url: String,

    /// Where testing-svc listens for gRPC: a letter about an offered seat has a link of its making. As the
    /// one above.
    #[arg(
        long,
        env = "IRIKTEU_TESTING_URL",
        default_value = "http://127.0.0.1:50054"
    )]
    testing_url: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Serve(args) => serve(*args).await,
        Command::Migrate(args) => program::migrate::<Migrator>(&args, ONLY_GROW).await,
        Command::Events(args) => dead::run::<Migrator>(NAME, &args).await,
    }
}

async fn serve(args: ServeArgs) -> anyhow::Result<()> {
    let config = args.identity.read()?;
    let parts = Parts::open::<Migrator>(NAME, &args.service, proto::DESCRIPTOR).await?;
    let questionnaire = parts
        .net
        .connect("questionnaire-svc", &args.questionnaire_url)?;
    let testing = parts.net.connect("testing-svc", &args.testing_url)?;
    let service = identity_svc::build(Wiring {
        db: parts.db,
        clock: parts.clock,
        ids: parts.ids,
        verifier: parts.verifier,
        signer: parts.signer,
        identity: parts.identity,
        config,
        questionnaire,
        testing,
    })
    .await?;
    program::serve(service, parts.door, None, parts.stream, proto::DESCRIPTOR).await
}
