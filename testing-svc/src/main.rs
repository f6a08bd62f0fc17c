//! testing-svc as a process of its own: `serve` or `migrate`.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, ensure};
use chassis::bus::Bus;
use chassis::caller::ServiceIdentity;
use chassis::client::Connection;
use chassis::config::ServiceArgs;
use chassis::database::Database;
use chassis::ids::Ids;
use chassis::server::{self, join};
use chassis::tls::{MutualTls, use_ring};
use chassis::token::{PublicKey, Signer, Verifier};
use clap::{Parser, Subcommand};
use testing_svc::config::{Config, ServeArgs, TestingArgs};
use testing_svc::migrations::Migrator;
use testing_svc::{NAME, Wiring};
use tokio_util::sync::CancellationToken;
use tonic::transport::Endpoint;

/// Promo codes, sessions, bookings and the start of tests. Alone, it hears only its own events:
/// those of other services need a bus between processes, which this version does not have.
#[derive(Parser)]
#[command(name = NAME, version)]
struct Cli {
    #[command(flatten)]
    service: ServiceArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves until told to stop. Refuses while migrations are pending.
    Serve {
        #[command(flatten)]
        testing: Box<TestingArgs>,
        #[command(flatten)]
        serve: Box<ServeArgs>,
    },
    /// Brings the database up to date.
    Migrate,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let common = &cli.service.common;
    let outcome = match chassis::telemetry::start(&common.log, common.log_format) {
        Ok(()) => run(cli).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let args = cli.service;
    let db = Database::connect(&args.database_url, args.database_connections).await?;
    match cli.command {
        Command::Migrate => db.migrate::<Migrator>().await,
        Command::Serve { testing, serve } => {
            let pending = db.pending::<Migrator>().await?;
            ensure!(
                pending == 0,
                "{pending} migrations are pending: run `{NAME} migrate` first"
            );
            use_ring();
            serve_until_stopped(&args, &Config::try_from(&*testing)?, &serve, db).await
        }
    }
}

async fn serve_until_stopped(
    args: &ServiceArgs,
    config: &Config,
    serve: &ServeArgs,
    db: Database,
) -> anyhow::Result<()> {
    let mut service = testing_svc::build(wiring(args, config, serve, db)?).await?;
    let people = server::bind(args.grpc_addr).await?;
    let partners = server::bind(serve.partner_addr).await?;
    let partner_routes = service
        .partner_routes
        .take()
        .context("no routes for partners")?;
    let routes = join(
        [service.routes.clone()],
        &names("irikteu.testing.v1."),
        proto::DESCRIPTOR,
    )?;
    let partner_routes = join(
        [partner_routes],
        &names("irikteu.partner.v1."),
        proto::DESCRIPTOR,
    )?;
    let tls = MutualTls {
        certificate: serve.partner_certificate_file.clone(),
        key: serve.partner_key_file.clone(),
        client_authority: serve.partner_authority_file.clone(),
    };
    let stop = CancellationToken::new();
    let tasks = service.start(&Bus::default(), &stop);
    tracing::info!(people = %args.grpc_addr, partners = %serve.partner_addr, "serving");
    let stopper = stop.clone();
    tokio::spawn(async move {
        told_to_stop().await;
        tracing::info!("draining");
        stopper.cancel();
    });
    let served = tokio::try_join!(
        server::serve(people, routes, None, stop.clone()),
        server::serve(partners, partner_routes, Some(&tls), stop.clone()),
    );
    stop.cancel();
    for task in tasks {
        task.await?;
    }
    served.map(drop)
}

/// The gRPC services of a package, for their health.
fn names(package: &str) -> Vec<&'static str> {
    let services = proto::RPCS.iter().map(|rpc| rpc.service);
    let mut names: Vec<&str> = services.filter(|it| it.starts_with(package)).collect();
    names.dedup();
    names
}

/// Ctrl-C, or what an orchestrator sends.
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

fn wiring(
    args: &ServiceArgs,
    config: &Config,
    serve: &ServeArgs,
    db: Database,
) -> anyhow::Result<Wiring> {
    let clock = args.common.clock.clone();
    let key = std::fs::read(&args.key_file)
        .with_context(|| format!("{} can't be read", args.key_file.display()))?;
    let signer = Arc::new(Signer::new(NAME, &key)?);
    let known = std::fs::read(&args.public_keys_file)
        .with_context(|| format!("{} can't be read", args.public_keys_file.display()))?;
    let known: Vec<PublicKey> = serde_json::from_slice(&known)?;
    let to = |service, url: &str| -> anyhow::Result<Connection> {
        let endpoint = Endpoint::from_shared(url.to_owned())?;
        Ok(Connection::remote(service, endpoint.connect_lazy()))
    };
    Ok(Wiring {
        db,
        ids: Ids::random(clock.clone()),
        verifier: Verifier::new(NAME, &known)?,
        identity: ServiceIdentity::new(signer.clone(), clock.clone()),
        signer,
        clock,
        config: config.clone(),
        questionnaire: to("questionnaire-svc", &serve.questionnaire_url)?,
        persons: to(chassis::caller::IDENTITY, &serve.identity_url)?,
    })
}
