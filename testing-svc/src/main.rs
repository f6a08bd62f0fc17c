//! testing-svc as a program of its own: `serve`, or `migrate` before it.

use anyhow::Context;
use chassis::config::ServiceArgs;
use chassis::database::settings::MigrateArgs;
use chassis::dead::{self, EventsArgs};
use chassis::program::{self, PartnerPort, Parts};
use chassis::server;
use chassis::tls::Files;
use clap::Parser;
use testing_svc::config::{Config, ServeArgs, TestingArgs};
use testing_svc::migrations::{Migrator, ONLY_GROW};
use testing_svc::{NAME, Wiring};

/// Promo codes, sessions, bookings and the start of tests.
#[derive(Parser)]
#[command(name = NAME, version)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Answers gRPC calls, of partners on a port of their own. Refuses to start while migrations
    /// are pending.
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
    testing: TestingArgs,
    #[command(flatten)]
    serve: ServeArgs,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Program::parse().command {
        Command::Serve(serve) => run(*serve).await,
        Command::Migrate(args) => program::migrate::<Migrator>(&args, ONLY_GROW).await,
        Command::Events(args) => dead::run::<Migrator>(NAME, &args).await,
    }
}

async fn run(args: Serve) -> anyhow::Result<()> {
    let config = Config::try_from(&args.testing)?;
    let parts = Parts::open::<Migrator>(NAME, &args.service, proto::DESCRIPTOR).await?;
    let serve = args.serve;
    let clock = parts.clock.clone();
    let mut service = testing_svc::build(Wiring {
        db: parts.db,
        clock: parts.clock,
        ids: parts.ids,
        verifier: parts.verifier,
        signer: parts.signer,
        identity: parts.identity,
        config,
        questionnaire: parts
            .net
            .connect("questionnaire-svc", &serve.questionnaire_url)?,
        persons: parts
            .net
            .connect(chassis::caller::IDENTITY, &serve.identity_url)?,
    })
    .await?;
    let routes = service
        .partner_routes
        .take()
        .context("no routes for partners")?;
    let routes = server::join(
        [routes],
        &testing_svc::rpc::PARTNER_SERVICES,
        proto::DESCRIPTOR,
    )?;
    let files = Files {
        certificate: serve.partner_certificate_file,
        key: serve.partner_key_file,
        authority: serve.partner_authority_file,
    };
    let look = args.service.tls.look();
    let partners = PartnerPort::open(serve.partner_addr, files, look, clock, routes).await?;
    program::serve(
        service,
        parts.door,
        Some(partners),
        parts.stream,
        proto::DESCRIPTOR,
    )
    .await
}
