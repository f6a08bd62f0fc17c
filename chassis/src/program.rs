//! A service as a program of its own: what `serve` and `migrate` do for every service alike.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use crate::agreement;
use crate::bus::Bus;
use crate::caller::ServiceIdentity;
use crate::client::FarNet;
use crate::clock::Clock;
use crate::config::ServiceArgs;
use crate::database::settings::MigrateArgs;
use crate::database::{Database, Limits, MigratorTrait, grants};
use crate::ids::Ids;
use crate::jobs::pause;
use crate::link::Link;
use crate::server::{self, Service};
use crate::stream::Stream;
use crate::telemetry::{self, admin};
use crate::tls::accept::Acceptor;
use crate::tls::{Files, Peers, Tls};
use crate::token::{PublicKey, Signer, Verifier};
use crate::under_way::Places;

/// Where a service answers, whom, and how much at once.
pub struct Door {
    pub listener: TcpListener,
    /// `None` is plain text, on this machine only.
    pub tls: Option<Acceptor>,
    pub places: Places,
    /// Between saying that no more calls should come and taking no more.
    pub grace: Duration,
}

/// What every service is given by its settings.
pub struct Parts {
    pub db: Database,
    pub clock: Clock,
    pub ids: Ids,
    pub verifier: Verifier,
    pub signer: Arc<Signer>,
    pub identity: ServiceIdentity,
    /// The other services.
    pub net: FarNet,
    /// Where calls come in, and who may make them.
    pub door: Door,
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
        descriptor: &[u8],
    ) -> anyhow::Result<Self> {
        crate::telemetry::start(name, &args.common)?;
        crate::tls::use_ring();
        let clock = args.common.clock.clone();
        let tls = args.tls.read()?;
        ensure!(
            tls.is_some() || args.grpc_addr.ip().is_loopback(),
            "gRPC in plain text would leave this machine: give the --tls-…-file settings, or listen \
             on a loopback address"
        );
        if let Some(tls) = &tls {
            tls.tell_life("services", clock.clone());
        }
        let db = Database::open(&args.database.place.url()?, &args.database.limits()).await?;
        let redis = args.redis.place()?;
        if let Some(address) = args.admin_addr {
            let mut checks = vec![db.check(), agreement::check(&clock)];
            checks.extend(
                redis
                    .as_ref()
                    .map(|place| Link::forever(place, name).check()),
            );
            admin::open(address, checks).await?;
        }
        let looked = agreement::look(name, &db, &clock).await;
        looked.map_err(|error| anyhow::anyhow!("the database's time: {error:?}"))?;
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
        let stream = redis
            .map(|place| Stream::at(&place, ids.clone()))
            .transpose()?;
        let callers = keys.iter().map(|key| key.issuer.clone()).collect();
        let door = Door {
            listener: server::bind(args.grpc_addr).await?,
            tls: tls
                .clone()
                .map(|tls| Acceptor::new(tls, Peers::Services(callers))),
            places: Places::new(usize::try_from(args.serving.calls_under_way)?),
            grace: Duration::from_millis(args.serving.drain_grace_ms),
        };
        Ok(Self {
            db,
            ids,
            stream,
            net: FarNet::new(descriptor, tls)?,
            door,
            verifier: Verifier::new(name, &keys)?,
            identity: ServiceIdentity::new(signer.clone(), clock.clone()),
            signer,
            clock,
        })
    }
}

/// Brings the tables up to date, and gives the role that serves what it needs: of `only_grow`, the
/// service's own tables that are never changed, and of the audit only reading and adding.
pub async fn migrate<M: MigratorTrait>(
    args: &MigrateArgs,
    only_grow: &[&str],
) -> anyhow::Result<()> {
    let db = Database::open(&args.place.url()?, &Limits::migration()).await?;
    db.migrate::<M>().await?;
    if let Some(role) = &args.serving_role {
        grants::grant(&db, role, only_grow).await?;
    }
    Ok(db.close().await?)
}

/// A port beside the usual one, for clients known by their certificates.
pub struct PartnerPort {
    pub listener: TcpListener,
    pub routes: Routes,
    pub tls: Acceptor,
}

impl PartnerPort {
    /// # Errors
    /// If the address is taken, or the files of the certificates are not what they should be.
    pub async fn open(
        address: SocketAddr,
        files: Files,
        look: Duration,
        clock: Clock,
        routes: Routes,
    ) -> anyhow::Result<Self> {
        let tls = Tls::looking(files, look)?;
        tls.tell_life("partners", clock);
        Ok(Self {
            listener: server::bind(address).await?,
            routes,
            tls: Acceptor::new(tls, Peers::Partners),
        })
    }
}

/// Serves until the program is told to end, then drains: says so, waits until those who balance have
/// noticed, takes no more, lets what is under way end, then ends the work behind it.
///
/// `descriptor` is the contract, for reflection; the service's health goes by its name.
pub async fn serve(
    mut service: Service,
    door: Door,
    partners: Option<PartnerPort>,
    stream: Option<Stream>,
    descriptor: &'static [u8],
) -> anyhow::Result<()> {
    let address = door.listener.local_addr()?;
    let (name, db) = (service.name, service.relay.db.clone());
    let (closing, ended) = (CancellationToken::new(), CancellationToken::new());
    let work = match &stream {
        None => service.start(&Bus::default(), &ended),
        Some(stream) => service.start_on_stream(stream, &ended),
    };
    let (routes, health) = server::join_with_health([service.routes], &[name], descriptor)?;
    tracing::info!(%address, "{name} is up");
    admin::serving(true);
    let told = closing.clone();
    tokio::spawn(async move {
        told_to_end().await;
        tracing::info!("draining");
        admin::serving(false);
        health.closes().await;
        grace(door.grace).await;
        told.cancel();
    });
    let within = |routes: Routes| -> Routes {
        let places = axum::Extension(door.places.clone());
        Routes::from(routes.into_axum_router().layer(places))
    };
    let people = server::serve(door.listener, within(routes), door.tls, closing.clone());
    let served = match partners {
        None => people.await,
        Some(port) => {
            let routes = within(port.routes);
            let partners = server::serve(port.listener, routes, Some(port.tls), closing.clone());
            tokio::try_join!(people, partners).map(drop)
        }
    };
    ended.cancel();
    for task in work {
        task.await?;
    }
    db.close().await?;
    telemetry::stop().await;
    served
}

/// The time between saying that no more calls should come and taking no more.
pub async fn grace(time: Duration) {
    pause(time).await;
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
