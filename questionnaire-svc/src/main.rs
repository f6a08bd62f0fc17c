//! questionnaire-svc as a program of its own: `serve`, or `migrate` before it.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, ensure};
use chassis::blob::Blobs;
use chassis::bus::Bus;
use chassis::caller::ServiceIdentity;
use chassis::client::Connection;
use chassis::config::ServiceArgs;
use chassis::database::Database;
use chassis::ids::Ids;
use chassis::token::{PublicKey, Signer, Verifier};
use chassis::{server, telemetry, tls};
use clap::Parser;
use questionnaire_svc::migrations::Migrator;
use questionnaire_svc::{NAME, Wiring};
use tokio_util::sync::CancellationToken;
use tonic::transport::Endpoint;

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
    config: questionnaire_svc::config::Config,
    /// The folder that documents are kept in.
    #[arg(long, env = "IRIKTEU_DOCUMENTS_DIR")]
    documents_dir: PathBuf,
    /// Where identity-svc answers gRPC: `http://host:port`.
    #[arg(long, env = "IRIKTEU_IDENTITY_URL")]
    identity_url: Endpoint,
    /// Where testing-svc answers gRPC: `http://host:port`.
    #[arg(long, env = "IRIKTEU_TESTING_URL")]
    testing_url: Endpoint,
    /// Where review-svc answers gRPC: `http://host:port`.
    #[arg(long, env = "IRIKTEU_REVIEW_URL")]
    review_url: Endpoint,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tls::use_ring();
    match Program::parse().command {
        Command::Serve(serve) => run(*serve).await,
        Command::Migrate { database_url } => {
            Database::connect(&database_url, 1)
                .await?
                .migrate::<Migrator>()
                .await
        }
    }
}

async fn run(serve: Serve) -> anyhow::Result<()> {
    let args = &serve.service;
    telemetry::start(&args.common.log, args.common.log_format)?;
    let address = args.grpc_addr;
    let wiring = wiring(&serve).await?;
    let mut service = questionnaire_svc::build(wiring).await?;

    let stop = CancellationToken::new();
    let listener = server::bind(address).await?;
    let work = service.start(&Bus::default(), &stop);
    let routes = server::join([service.routes], &[NAME], proto::DESCRIPTOR)?;
    tracing::info!(%address, "questionnaire-svc is up");
    let served = tokio::spawn(server::serve(listener, routes, None, stop.clone()));
    ended().await?;
    stop.cancel();
    served.await??;
    for task in work {
        task.await?;
    }
    Ok(())
}

async fn wiring(serve: &Serve) -> anyhow::Result<Wiring> {
    let args = &serve.service;
    let clock = args.common.clock.clone();
    let db = Database::connect(&args.database_url, args.database_connections).await?;
    let pending = db.pending::<Migrator>().await?;
    ensure!(
        pending == 0,
        "{pending} migrations are pending: run `questionnaire-svc migrate` first"
    );
    let remote = |name, url: &Endpoint| Connection::remote(name, url.connect_lazy());
    Ok(Wiring {
        db,
        clock: clock.clone(),
        ids: Ids::random(clock.clone()),
        verifier: verifier(args)?,
        identity: ServiceIdentity::new(Arc::new(signer(args)?), clock),
        config: serve.config.clone(),
        blobs: Blobs::local(&serve.documents_dir)?,
        identity_svc: remote("identity-svc", &serve.identity_url),
        testing_svc: remote("testing-svc", &serve.testing_url),
        review_svc: remote("review-svc", &serve.review_url),
    })
}

fn signer(args: &ServiceArgs) -> anyhow::Result<Signer> {
    let file = &args.key_file;
    let key = std::fs::read(file).with_context(|| format!("{} can't be read", file.display()))?;
    Signer::new(NAME, &key)
}

fn verifier(args: &ServiceArgs) -> anyhow::Result<Verifier> {
    let file = &args.public_keys_file;
    let text = std::fs::read(file).with_context(|| format!("{} can't be read", file.display()))?;
    let keys: Vec<PublicKey> = serde_json::from_slice(&text)
        .with_context(|| format!("{} is not a list of public keys", file.display()))?;
    Verifier::new(NAME, &keys)
}

/// Returns when the program is asked to end, by Ctrl-C or by a supervisor.
async fn ended() -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        asked = tokio::signal::ctrl_c() => asked?,
        _ = terminate.recv() => {}
    }
    Ok(())
}
