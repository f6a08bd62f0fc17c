//! Builds the services, joins them in one process, serves, and drains.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chassis::blob::Blobs;
use chassis::bus::Bus;
use chassis::caller::{Caller, ServiceIdentity};
use chassis::client::LocalNet;
use chassis::clock::Clock;
use chassis::database::{Database, MigratorTrait};
use chassis::ids::Ids;
use chassis::lanes::Lanes;
use chassis::outbox::Relay;
use chassis::server::{self, Service};
use chassis::tls::accept::Acceptor;
use chassis::tls::{Peers, Tls};
use chassis::token::{PublicKey, Signer, Verifier};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use gateway::{Gateway, GatewayConfig};

use crate::folder::{self, Folder};
use crate::settings::StartArgs;
use crate::{demo, pages, signing};

/// Everything that calls others, and so has a key.
pub const SERVICES: [&str; 6] = [
    "identity-svc",
    "questionnaire-svc",
    "review-svc",
    "testing-svc",
    "gateway",
    "standalone",
];

/// After this long, what is still under way is cut off.
const DRAIN: Duration = Duration::from_secs(20);

/// Names the database of a service.
pub type DatabaseUrl = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// What a start needs to know.
pub struct Settings {
    pub http_addr: SocketAddr,
    pub grpc_addr: SocketAddr,
    pub partner_addr: SocketAddr,
    pub data_dir: PathBuf,
    pub public_url: Option<String>,
    pub demo: bool,
    pub clock: Clock,
    /// Where a service's database is; `None` is a SQLite file in the data folder.
    pub database_url: Option<DatabaseUrl>,
}

impl TryFrom<StartArgs> for Settings {
    type Error = anyhow::Error;

    fn try_from(args: StartArgs) -> anyhow::Result<Self> {
        Ok(Self {
            http_addr: args.http_addr,
            grpc_addr: args.grpc_addr,
            partner_addr: args.partner_addr,
            data_dir: args.data_dir,
            public_url: args.public_url,
            demo: !args.no_demo,
            clock: args.common.clock,
            database_url: None,
        })
    }
}

/// A running suite.
pub struct Suite {
    pub http: SocketAddr,
    pub grpc: SocketAddr,
    pub partner: SocketAddr,
    /// The services of this process, for tests and seeds that speak to them directly.
    pub net: LocalNet,
    /// The Reserve's campaign that is open, where the demonstration is on.
    pub campaign: Option<String>,
    /// And that of the teachers' test.
    pub teachers: Option<String>,
    /// And that of admission to colleges.
    pub colleges: Option<String>,
    folder: Folder,
    relays: Vec<Relay>,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

/// Keys of all services, and who may check them.
struct Keyring {
    signers: Vec<(&'static str, Arc<Signer>)>,
    public: Vec<PublicKey>,
    clock: Clock,
}

impl Keyring {
    fn of(folder: &Folder, clock: &Clock) -> anyhow::Result<Self> {
        let mut signers = Vec::new();
        for service in SERVICES {
            signers.push((service, Arc::new(folder.signer(service)?)));
        }
        let public = signers
            .iter()
            .map(|(_, signer)| signer.public_key())
            .collect();
        Ok(Self {
            signers,
            public,
            clock: clock.clone(),
        })
    }

    fn signer(&self, service: &str) -> anyhow::Result<Arc<Signer>> {
        let found = self.signers.iter().find(|(name, _)| *name == service);
        Ok(found
            .with_context(|| format!("{service} has no key"))?
            .1
            .clone())
    }

    fn identity(&self, service: &str) -> anyhow::Result<ServiceIdentity> {
        Ok(ServiceIdentity::new(
            self.signer(service)?,
            self.clock.clone(),
        ))
    }

    fn verifier(&self, service: &str) -> anyhow::Result<Verifier> {
        Verifier::new(service, &self.public)
    }
}

/// Starts everything and returns when it is ready to be called.
pub async fn start(settings: Settings) -> anyhow::Result<Suite> {
    chassis::tls::use_ring();
    let folder = Folder::open(&settings.data_dir)?;
    let http = server::bind(settings.http_addr).await?;
    let grpc = server::bind(settings.grpc_addr).await?;
    let partner = server::bind(settings.partner_addr).await?;
    let public_url = match &settings.public_url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => format!("http://{}", http.local_addr()?),
    };

    let ids = Ids::random(settings.clock.clone());
    let keys = Keyring::of(&folder, &settings.clock)?;
    let net = LocalNet::default();
    let parts = Parts {
        settings: &settings,
        folder: &folder,
        keys: &keys,
        net: &net,
        ids: &ids,
        public_url: &public_url,
    };
    let mut services = vec![
        parts.identity().await?,
        parts.questionnaire().await?,
        parts.review().await?,
        parts.testing().await?,
    ];
    let router = parts.gateway(
        services
            .iter()
            .map(|service| service.relay.db.clone())
            .collect(),
    )?;
    for service in &services {
        net.add(service.name, service.routes.clone());
    }

    let stop = CancellationToken::new();
    let bus = Bus::default();
    let mut tasks = Vec::new();
    let mut relays = Vec::new();
    for service in &mut services {
        let (db, clock) = (service.relay.db.clone(), service.relay.clock.clone());
        relays.push(Relay {
            db,
            bus: bus.clone(),
            clock,
        });
        tasks.extend(service.start(&bus, &stop));
    }
    let open = match settings.demo {
        true => {
            let keys = signing::Files::open(folder.path())?;
            let made = demo::seed(&net, &keys, settings.clock.now()).await;
            Some(made.context("the demonstration was not made")?)
        }
        false => None,
    };
    let colleges = open.as_ref().map(|it| it.colleges.clone());
    let (campaign, teachers) = open.map(|it| (it.reserve, it.teachers)).unzip();
    let suite = Suite {
        http: http.local_addr()?,
        grpc: grpc.local_addr()?,
        partner: partner.local_addr()?,
        net,
        campaign,
        teachers,
        colleges,
        relays,
        stop,
        tasks,
        folder,
    };
    suite.serving(http, grpc, partner, services, router)
}

/// Makes all keys, secrets and certificates of a data folder that are not there yet, for programs
/// that read them from it: `keys/*.pk8`, `keys/public.json`, `keys/*.key`, `certificates/`.
pub fn prepare(data_dir: &Path) -> anyhow::Result<()> {
    let folder = Folder::open(data_dir)?;
    folder::write_keys(&data_dir.join("keys"), &SERVICES)?;
    let ids = Ids::random(Clock::machine());
    for name in ["index.key", "iin.key", "certificate.key"] {
        folder.secret(name, || Ok(ids.secret().to_vec()))?;
    }
    folder.secret("master.keys", || {
        Ok(identity_svc::sealing::MasterKeys::new_file(&ids))
    })?;
    folder.partner_tls()?;
    let services = data_dir.join("services");
    if !services.join("authority.pem").exists() {
        folder::write_service_certificates(&services, &SERVICES)?;
    }
    Ok(())
}

/// What every service is given.
struct Parts<'a> {
    settings: &'a Settings,
    folder: &'a Folder,
    keys: &'a Keyring,
    net: &'a LocalNet,
    ids: &'a Ids,
    public_url: &'a str,
}

impl Parts<'_> {
    /// The service's database, with its tables up to date.
    async fn database<M: MigratorTrait>(&self, service: &str) -> anyhow::Result<Database> {
        let url = match &self.settings.database_url {
            Some(url) => url(service),
            None => self.folder.database_url(service),
        };
        let db = Database::connect(&url, 4)
            .await
            .with_context(|| format!("the database of {service}"))?;
        db.migrate::<M>()
            .await
            .with_context(|| format!("the database of {service}"))?;
        Ok(db)
    }

    /// 32 random bytes, the same at every start.
    fn secret(&self, name: &str) -> anyhow::Result<[u8; 32]> {
        let bytes = self
            .folder
            .secret(name, || Ok(self.ids.secret().to_vec()))?;
        bytes
            .try_into()
            .map_err(|_| anyhow::anyhow!("{name} is not 32 bytes long"))
    }

    /// The master keys of personal data; more can be put into their file.
    fn master_keys(&self) -> anyhow::Result<identity_svc::sealing::MasterKeys> {
        use identity_svc::sealing::MasterKeys;
        let new = || Ok(MasterKeys::new_file(self.ids));
        MasterKeys::parse(&self.folder.secret("master.keys", new)?)
            .context("the master keys of the data folder")
    }

    fn clock(&self) -> Clock {
        self.settings.clock.clone()
    }

    async fn identity(&self) -> anyhow::Result<Service> {
        let name = identity_svc::NAME;
        let mut config = identity_svc::config::Config::new(
            self.public_url,
            self.secret("index.key")?,
            self.master_keys()?,
        );
        if self.settings.demo {
            config.signatures = signing::Files::open(self.folder.path())?.settings()?;
        }
        let wiring = identity_svc::Wiring {
            db: self
                .database::<identity_svc::migrations::Migrator>(name)
                .await?,
            clock: self.clock(),
            ids: self.ids.clone(),
            verifier: self.keys.verifier(name)?,
            signer: self.keys.signer(name)?,
            identity: self.keys.identity(name)?,
            config,
            questionnaire: self.net.connect("questionnaire-svc"),
            testing: self.net.connect("testing-svc"),
        };
        if self.settings.demo {
            demo::accounts(&wiring).await?;
        }
        identity_svc::build(wiring).await
    }

    async fn questionnaire(&self) -> anyhow::Result<Service> {
        let name = questionnaire_svc::NAME;
        questionnaire_svc::build(questionnaire_svc::Wiring {
            db: self
                .database::<questionnaire_svc::migrations::Migrator>(name)
                .await?,
            clock: self.clock(),
            ids: self.ids.clone(),
            verifier: self.keys.verifier(name)?,
            identity: self.keys.identity(name)?,
            config: questionnaire_svc::config::Config::default(),
            blobs: Blobs::local(&self.folder.documents())?,
            identity_svc: self.net.connect("identity-svc"),
            testing_svc: self.net.connect("testing-svc"),
            review_svc: self.net.connect("review-svc"),
        })
        .await
    }

    async fn review(&self) -> anyhow::Result<Service> {
        let name = review_svc::NAME;
        review_svc::build(review_svc::Wiring {
            db: self
                .database::<review_svc::migrations::Migrator>(name)
                .await?,
            clock: self.clock(),
            ids: self.ids.clone(),
            verifier: self.keys.verifier(name)?,
            identity: self.keys.identity(name)?,
            config: review_svc::config::Config::default(),
            questionnaire: self.net.connect("questionnaire-svc"),
        })
        .await
    }

    async fn testing(&self) -> anyhow::Result<Service> {
        let name = testing_svc::NAME;
        let mut config = testing_svc::config::Config::new(&self.secret("iin.key")?)
            .signing(&self.secret("certificate.key")?)?;
        if self.settings.demo {
            let partner = demo::TEST_CENTER;
            let seed = self.folder.file_key(partner, || self.ids.secret())?;
            config.partners = demo::partners(&seed)?;
        }
        testing_svc::build(testing_svc::Wiring {
            db: self
                .database::<testing_svc::migrations::Migrator>(name)
                .await?,
            clock: self.clock(),
            ids: self.ids.clone(),
            verifier: self.keys.verifier(name)?,
            signer: self.keys.signer(name)?,
            identity: self.keys.identity(name)?,
            config,
            questionnaire: self.net.connect("questionnaire-svc"),
            persons: self.net.connect("identity-svc"),
        })
        .await
    }

    /// HTTP before all of them, with the development pages beside.
    fn gateway(&self, databases: Vec<Database>) -> anyhow::Result<axum::Router> {
        let ready: gateway::Ready = Arc::new(move || {
            let databases = databases.clone();
            Box::pin(async move {
                for db in &databases {
                    if db.ping().await.is_err() {
                        return false;
                    }
                }
                true
            })
        });
        let gateway = Gateway::new(
            // Here one machine plays everybody, perhaps at a time that stands still, and says from where each
            // of them calls.
            GatewayConfig {
                rates: gateway::limit::Rates::rehearsal(),
                trusted_proxies: 1,
                ..GatewayConfig::default()
            },
            |service| self.net.connect(service),
            self.keys.identity("gateway")?,
            self.ids.clone(),
            self.clock(),
            ready,
        )?;
        let mail = self
            .net
            .connect("identity-svc")
            .speaking_for(Caller::Service("standalone".into()));
        Ok(gateway.router(pages::routes(mail)))
    }
}

impl Suite {
    /// Opens the three doors.
    fn serving(
        mut self,
        http: TcpListener,
        grpc: TcpListener,
        partner: TcpListener,
        services: Vec<Service>,
        router: axum::Router,
    ) -> anyhow::Result<Self> {
        let names: Vec<&str> = services.iter().map(|service| service.name).collect();
        let partner_routes = services
            .iter()
            .filter_map(|service| service.partner_routes.clone());
        let partner_routes = server::join(
            partner_routes,
            &testing_svc::rpc::PARTNER_SERVICES,
            proto::DESCRIPTOR,
        )?;
        let routes = server::join(
            services.iter().map(|service| service.routes.clone()),
            &names,
            proto::DESCRIPTOR,
        )?;
        let partners_door = Acceptor::new(Tls::read(self.folder.partner_tls()?)?, Peers::Partners);
        let stop = &self.stop;
        self.tasks.extend([
            logged(
                "http",
                gateway::serve(http, router, Lanes::default(), stop.clone()),
            ),
            logged("grpc", server::serve(grpc, routes, None, stop.clone())),
            logged(
                "partner",
                server::serve(partner, partner_routes, Some(partners_door), stop.clone()),
            ),
        ]);
        Ok(self)
    }

    /// Returns when every event so far was taken by all who wait for it.
    ///
    /// # Errors
    /// If an event is still waiting after many rounds.
    pub async fn settled(&self) -> anyhow::Result<()> {
        for _ in 0..1000 {
            // What one hears may be told on by another: all are asked before all are counted.
            for relay in &self.relays {
                relay.round().await.map_err(|e| anyhow::anyhow!("{e:?}"))?;
            }
            let mut waiting = 0;
            for relay in &self.relays {
                waiting += chassis::outbox::depth(&relay.db)
                    .await
                    .map_err(|e| anyhow::anyhow!("{e:?}"))?
                    .0;
            }
            if waiting == 0 {
                return Ok(());
            }
            tokio::task::yield_now().await;
        }
        anyhow::bail!("events are still waiting")
    }

    /// Lets what is under way end, and closes.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        let all = async {
            for task in self.tasks {
                // A task that panicked has said so in the log.
                let _ = task.await;
            }
        };
        tokio::time::timeout(DRAIN, all)
            .await
            .context("not everything ended in time")?;
        drop(self.folder);
        Ok(())
    }

    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }
}

/// A door that says why it closed.
fn logged(
    door: &'static str,
    serving: impl Future<Output = anyhow::Result<()>> + Send + 'static,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        if let Err(error) = serving.await {
            tracing::error!(door, error = format!("{error:#}"), "stopped serving");
        }
    })
}
