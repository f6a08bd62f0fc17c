//! identity-svc as a process of its own.

use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use chassis::bus::Bus;
use chassis::caller::ServiceIdentity;
use chassis::client::Connection;
use chassis::config::ServiceArgs;
use chassis::database::Database;
use chassis::ids::Ids;
use chassis::token::{PublicKey, Signer, Verifier};
use chassis::{server, telemetry, tls};
use clap::Parser;
use identity_svc::config::IdentityArgs;
use identity_svc::migrations::Migrator;
use identity_svc::{NAME, Wiring};
use tokio_util::sync::CancellationToken;
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
    tls::use_ring();
    match Cli::parse().command {
        Command::Serve(args) => serve(*args).await,
        Command::Migrate { database_url } => {
            let db = Database::connect(&database_url, 1).await?;
            db.migrate::<Migrator>().await?;
            Ok(db.close().await?)
        }
    }
}

async fn serve(args: ServeArgs) -> anyhow::Result<()> {
    let ServeArgs {
        service: args,
        identity,
        questionnaire_url,
    } = args;
    telemetry::start(&args.common.log, args.common.log_format)?;
    let config = identity.read()?;
    let db = Database::connect(&args.database_url, args.database_connections).await?;
    let pending = db.pending::<Migrator>().await?;
    ensure!(
        pending == 0,
        "{pending} migrations are to be run first: `identity-svc migrate`"
    );

    let clock = args.common.clock;
    let key = std::fs::read(&args.key_file);
    let key = key.with_context(|| format!("can't read {}", args.key_file.display()))?;
    let signer = Arc::new(Signer::new(NAME, &key)?);
    let keys = std::fs::read(&args.public_keys_file);
    let keys = keys.with_context(|| format!("can't read {}", args.public_keys_file.display()))?;
    let keys: Vec<PublicKey> = serde_json::from_slice(&keys)?;
    let mut service = identity_svc::build(Wiring {
        db: db.clone(),
        ids: Ids::random(clock.clone()),
        verifier: Verifier::new(NAME, &keys)?,
        identity: ServiceIdentity::new(signer.clone(), clock.clone()),
        signer,
        config,
        questionnaire: Connection::remote(
            "questionnaire-svc",
            Endpoint::from_shared(questionnaire_url)?.connect_lazy(),
        ),
        clock,
    })
    .await?;

    let listener = server::bind(args.grpc_addr).await?;
    let stop = CancellationToken::new();
    let tasks = service.start(&Bus::default(), &stop);
    let routes = server::join([service.routes], &[NAME], proto::DESCRIPTOR)?;
    let served = tokio::spawn(server::serve(listener, routes, None, stop.clone()));
    tracing::info!(address = %args.grpc_addr, "{NAME} is ready");
    told_to_stop().await?;
    stop.cancel();
    served.await??;
    for task in tasks {
        task.await?;
    }
    Ok(db.close().await?)
}

/// Ctrl-C, or the signal by which a machine ends its programs.
async fn told_to_stop() -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => Ok(pressed?),
        ended = terminate.recv() => match ended {
            Some(()) => Ok(()),
            None => bail!("the signals of this process are lost"),
        },
    }
}
