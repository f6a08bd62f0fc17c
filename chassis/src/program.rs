//! A service as a program of its own: what `serve` and `migrate` do for every service alike.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, ensure};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use crate::bus::Bus;
use crate::caller::ServiceIdentity;
use crate::clock::Clock;
use crate::config::ServiceArgs;
use crate::database::{Database, MigratorTrait};
use crate::ids::Ids;
use crate::server::{self, Service};
use crate::stream::Stream;
use crate::telemetry::{self, admin};
use crate::tls::MutualTls;
use crate::token::{PublicKey, Signer, Verifier};

/// What every service is given by its settings.
pub struct Parts {
    pub db: Database,
    pub clock: Clock,
    pub ids: Ids,
    pub verifier: Verifier,
    pub signer: Arc<Signer>,
    pub identity: ServiceIdentity,
    /// What carries events between services; without it a service hears only its own.
    pub stream: Option<Stream>,
}

impl Parts {
    /// Starts logging and opens the database.
    ///
    /// # Errors
    /// While migrations are pending: old tables under new code lose data.
    pub async fn open<M: MigratorTrait>(
        name: &'static str,
        args: &ServiceArgs,
    ) -> anyhow::Result<Self> {
        crate::telemetry::start(name, &args.common)?;
        crate::tls::use_ring();
        let clock = args.common.clock.clone();
        let db = Database::connect(&args.database_url, args.database_connections).await?;
        if let Some(address) = args.admin_addr {
            admin::open(address, vec![db.check()]).await?;
        }
        let pending = db.pending::<M>().await?;
        ensure!(
            pending == 0,
            "{pending} migrations are pending: run `{name} migrate` first"
        );
        let signer = Arc::new(Signer::new(name, &read(&args.key_file)?)?);
        let keys: Vec<PublicKey> = serde_json::from_slice(&read(&args.public_keys_file)?)
            .with_context(|| {
                format!(
                    "{} is not a list of public keys",
                    args.public_keys_file.display()
                )
            })?;
        let ids = Ids::random(clock.clone());
        let stream = args
            .redis_url
            .as_deref()
            .map(|url| Stream::new(url, ids.clone()))
            .transpose()?;
        Ok(Self {
            db,
            ids,
            stream,
            verifier: Verifier::new(name, &keys)?,
            identity: ServiceIdentity::new(signer.clone(), clock.clone()),
            signer,
            clock,
        })
    }
}

/// Brings the tables up to date.
pub async fn migrate<M: MigratorTrait>(database_url: &str) -> anyhow::Result<()> {
    let db = Database::connect(database_url, 1).await?;
    db.migrate::<M>().await?;
    Ok(db.close().await?)
}

/// A port beside the usual one, for clients known by their certificates.
pub struct PartnerPort {
    pub listener: TcpListener,
    pub routes: Routes,
    pub tls: MutualTls,
}

/// Serves until the program is told to end, then drains.
///
/// `descriptor` is the contract, for reflection; the service's health goes by its name.
pub async fn serve(
    mut service: Service,
    listener: TcpListener,
    partners: Option<PartnerPort>,
    stream: Option<Stream>,
    descriptor: &'static [u8],
) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    let (name, db) = (service.name, service.relay.db.clone());
    let stop = CancellationToken::new();
    let work = match &stream {
        None => service.start(&Bus::default(), &stop),
        Some(stream) => service.start_on_stream(stream, &stop),
    };
    let routes = server::join([service.routes], &[name], descriptor)?;
    tracing::info!(%address, "{name} is up");
    admin::serving(true);
    let told = stop.clone();
    tokio::spawn(async move {
        told_to_end().await;
        tracing::info!("draining");
        admin::serving(false);
        told.cancel();
    });
    let people = server::serve(listener, routes, None, stop.clone());
    let served = match partners {
        None => people.await,
        Some(port) => {
            let partners = server::serve(port.listener, port.routes, Some(&port.tls), stop.clone());
            tokio::try_join!(people, partners).map(drop)
        }
    };
    stop.cancel();
    for task in work {
        task.await?;
    }
    db.close().await?;
    telemetry::stop().await;
    served
}

/// Returns at Ctrl-C or at what an orchestrator sends.
pub async fn told_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without signals nothing else can be waited for.
    let _ = tokio::signal::ctrl_c().await;
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("{} can't be read", file.display()))
}
