//! All programs of the suite at once: started in order, ended together.

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use chassis::client::{Connection, FarNet};
use chassis::clock::Clock;
use proto::partner::v1::redemptions_client::RedemptionsClient;
use standalone::certificates::{Authority, ExtendedKeyUsagePurpose, Subject};
use standalone::compose::{self, Settings};
use standalone::partner::Certificates;
use tonic::transport::Channel;

use super::doors::Door;
use super::layout::{Addresses, Layout, SERVICES};
use super::process::{Places, Process};
use super::programs::{Programs, database_url};
use super::watchdog::Watchdog;
use super::{binaries, engines};

/// A debug-built program on a busy machine.
const START: Duration = Duration::from_secs(60);

/// The suite as real processes.
pub struct Fleet {
    // In the order in which they end: whoever depends on others first, the watch last.
    gateway: Process,
    mailbox: Process,
    services: Vec<Process>,
    redis: Process,
    postgres: Process,
    _watchdog: Option<Watchdog>,
    layout: Layout,
    at: Addresses,
    folder: PathBuf,
    campaign: String,
}

impl Fleet {
    /// Starts everything and returns when the gateway says that it is ready.
    ///
    /// # Errors
    /// If a program can't be had or doesn't come up; what was started until then ends.
    pub async fn start(layout: Layout) -> anyhow::Result<Self> {
        let mut fleet = Self::prepare(layout).await?;
        fleet.migrate().await?;
        if fleet.layout.demo {
            fleet.campaign = fleet
                .seed()
                .await
                .context("the demonstration was not made")?;
        }
        for process in fleet.processes() {
            process.start()?;
        }
        for process in fleet.processes() {
            process.ready(START).await?;
        }
        Ok(fleet)
    }

    /// Everything but the programs of the suite, which are not started yet.
    pub async fn prepare(layout: Layout) -> anyhow::Result<Self> {
        chassis::tls::use_ring();
        let binaries = programs_of(&layout)?.to_owned();
        let at = Addresses::find(layout.doors)?;
        let (folder, watchdog) = match &layout.folder {
            Some(folder) => (made(folder)?, None),
            None => {
                let folder = made(&xtask::servers::new_folder("fleet")?)?;
                let watchdog = Watchdog::over(&folder)?;
                (folder, Some(watchdog))
            }
        };
        let places = Places {
            logs: folder.join("logs"),
            notes: folder.join("notes"),
        };
        for inside in [&places.logs, &places.notes] {
            fs::create_dir_all(inside)?;
        }
        let data = folder.join("data");
        compose::prepare(&data)?;
        if layout.sends_mail {
            certify_mail(&data.join("mail"), at.smtp().ip())?;
        }
        let programs = Programs {
            layout: &layout,
            at,
            data,
            binaries: &binaries,
        };
        let fleet = Self {
            gateway: {
                let call = programs.gateway();
                Process::new(
                    "gateway",
                    at.gateway(),
                    Door::Page("/readyz"),
                    call,
                    &places,
                )
            },
            mailbox: {
                let (call, door) = (programs.mailbox(), Door::Page("/dev/mail"));
                Process::new("mailbox", at.mailbox(), door, call, &places)
            },
            services: services(&programs, &places)?,
            redis: engines::redis(&folder, &at, &places, layout.redis_keeps)?,
            postgres: engines::postgres(&folder, &at, &places)?,
            _watchdog: watchdog,
            layout,
            at,
            folder,
            campaign: String::new(),
        };
        for engine in [&fleet.postgres, &fleet.redis] {
            engine.start()?;
            engine.ready(START).await?;
        }
        engines::create_databases(&at).await?;
        Ok(fleet)
    }

    /// Runs `migrate` of every service.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        let migrations: Vec<Process> = SERVICES
            .iter()
            .map(|(service, _)| self.migration(service, ""))
            .collect::<anyhow::Result<_>>()?;
        for migration in &migrations {
            migration.start()?;
        }
        for migration in &migrations {
            let status = migration.ended(START).await?;
            if !status.success() {
                bail!("{}: {}", migration.name(), migration.last_lines());
            }
        }
        Ok(())
    }

    /// `migrate` of a service, not started yet; `mark` tells several apart.
    pub fn migration(&self, service: &str, mark: &str) -> anyhow::Result<Process> {
        let call = self.programs()?.migrate(service);
        let name = format!("{service}-migrate{mark}");
        let door = Door::Postgres(self.database_url(service));
        let places = self.places();
        Ok(Process::new(&name, self.at.postgres(), door, call, &places))
    }

    /// Makes the demonstration as `cargo run` does it, in this process and on these databases.
    async fn seed(&self) -> anyhow::Result<String> {
        let postgres = self.at.postgres();
        let any_port: SocketAddr = ([127, 0, 0, 1], 0).into();
        let suite = compose::start(Settings {
            http_addr: any_port,
            grpc_addr: any_port,
            partner_addr: any_port,
            data_dir: self.folder.join("data"),
            public_url: Some(self.url()),
            demo: true,
            clock: self
                .layout
                .clock
                .parse::<Clock>()
                .map_err(anyhow::Error::msg)?,
            database_url: Some(Arc::new(move |service| database_url(postgres, service))),
        })
        .await?;
        suite.settled().await?;
        let campaign = suite.campaign.clone().unwrap_or_default();
        suite.stop().await?;
        Ok(campaign)
    }

    /// Lets everything live on without us.
    pub fn leave(self) {
        for process in self.everything() {
            process.leave();
        }
    }

    /// The gateway's address for clients.
    pub fn url(&self) -> String {
        format!("http://{}", self.at.gateway())
    }

    /// The development mailbox: `/dev/mail/to/{address}`.
    pub fn mail_url(&self) -> String {
        format!("http://{}", self.at.mailbox())
    }

    /// Where mail is taken over SMTP, where it is.
    pub fn smtp(&self) -> Option<SocketAddr> {
        self.layout.sends_mail.then(|| self.at.smtp())
    }

    /// The partners' port of an instance of testing-svc; its certificate says `localhost`.
    pub fn partner_url(&self, instance: usize) -> String {
        format!("https://{}", self.at.partners(instance))
    }

    /// `authority.pem`, and a certificate and a key for each partner.
    pub fn partner_certificates(&self) -> PathBuf {
        self.folder.join("data/certificates")
    }

    /// A partner at an instance, connected when it is first used.
    pub fn partner(
        &self,
        name: &str,
        instance: usize,
    ) -> anyhow::Result<RedemptionsClient<Channel>> {
        self.partner_at(name, &self.partner_url(instance))
    }

    /// A partner at an address, such as that of a proxy.
    pub fn partner_at(&self, name: &str, url: &str) -> anyhow::Result<RedemptionsClient<Channel>> {
        let certificates = Certificates::of(&self.folder.join("data"), name);
        let endpoint = certificates.endpoint(url, Some("localhost"))?;
        Ok(RedemptionsClient::new(endpoint.connect_lazy()))
    }

    /// The database of a service, for who wants to look.
    pub fn database_url(&self, service: &str) -> String {
        database_url(self.at.postgres(), service)
    }

    pub fn redis_url(&self) -> String {
        format!("redis://{}/", self.at.redis())
    }

    /// The open campaign of the demonstration.
    pub fn campaign(&self) -> &str {
        &self.campaign
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Certificates and keys by which services know each other.
    pub fn service_certificates(&self) -> PathBuf {
        self.folder.join("data/services")
    }

    pub fn postgres(&self) -> &Process {
        &self.postgres
    }

    pub fn redis(&self) -> &Process {
        &self.redis
    }

    pub fn gateway(&self) -> &Process {
        &self.gateway
    }

    pub fn mailbox(&self) -> &Process {
        &self.mailbox
    }

    /// One of the instances of a service.
    ///
    /// # Panics
    /// If there is no such instance.
    #[track_caller]
    pub fn service(&self, service: &str, instance: usize) -> &Process {
        let name = format!("{service}-{instance}");
        let mut all = self.services.iter();
        all.find(|process| process.name() == name).unwrap()
    }

    /// The programs of the suite, services first.
    pub fn processes(&self) -> impl Iterator<Item = &Process> {
        self.services.iter().chain([&self.gateway, &self.mailbox])
    }

    fn everything(&self) -> impl Iterator<Item = &Process> {
        self.processes().chain([&self.redis, &self.postgres])
    }

    /// Asks every program of the suite to end, the gateway first.
    ///
    /// # Errors
    /// If one still runs after its grace, or says that it did not end well.
    pub async fn terminate(&self, grace: Duration) -> anyhow::Result<()> {
        let in_order = std::iter::once(&self.gateway).chain(&self.services);
        for process in in_order {
            process.terminate();
            let status = process.ended(grace).await?;
            if !status.success() {
                bail!(
                    "{} ended with {status}: {}",
                    process.name(),
                    process.last_lines()
                );
            }
        }
        Ok(())
    }

    fn places(&self) -> Places {
        Places {
            logs: self.folder.join("logs"),
            notes: self.folder.join("notes"),
        }
    }

    fn programs(&self) -> anyhow::Result<Programs<'_>> {
        Ok(Programs {
            layout: &self.layout,
            at: self.at,
            data: self.folder.join("data"),
            binaries: programs_of(&self.layout)?,
        })
    }
}

#[expect(
    clippy::print_stderr,
    reason = "a failed test shows what its programs said"
)]
impl Drop for Fleet {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for process in self.everything() {
                eprintln!("== {}\n{}", process.name(), process.last_lines());
            }
        }
    }
}

fn programs_of(layout: &Layout) -> anyhow::Result<&Path> {
    match &layout.programs {
        Some(folder) => Ok(folder),
        None => binaries::folder(),
    }
}

fn services(programs: &Programs<'_>, places: &Places) -> anyhow::Result<Vec<Process>> {
    let mut all = Vec::new();
    for (service, first_port) in SERVICES {
        for instance in 0..programs.layout.instances {
            let address = programs.at.service(first_port, instance);
            let name = format!("{service}-{instance}");
            let call = programs.service(service, first_port, instance);
            let door = Door::Service(service, straight(&programs.data, service, address)?);
            all.push(Process::new(&name, address, door, call, places));
        }
    }
    Ok(all)
}

/// A connection to one instance, as whoever tries the suite out.
fn straight(data: &Path, service: &'static str, at: SocketAddr) -> anyhow::Result<Connection> {
    let files = chassis::tls::Files::in_folder(&data.join("services"), "standalone");
    let tls = chassis::tls::Tls::read(files)?;
    FarNet::new(proto::DESCRIPTOR, Some(tls))?.connect(service, &format!("https://{at}"))
}

/// A certificate by which the mailbox is believed, and the authority behind it.
fn certify_mail(folder: &Path, ip: IpAddr) -> anyhow::Result<()> {
    if folder.join("server.pem").exists() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    let authority = Authority::new("Irikteu mail for trying out")?;
    fs::write(folder.join("authority.pem"), authority.pem())?;
    let server = Subject {
        uris: Vec::new(),
        hosts: vec![ip.to_string()],
        usages: vec![ExtendedKeyUsagePurpose::ServerAuth],
        ..Subject::of("mailbox", "")
    };
    authority.issue_into(folder, "server", &server)
}

/// Makes a folder that other users, such as PostgreSQL's, may pass through.
fn made(folder: &Path) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o711))?;
    Ok(fs::canonicalize(folder)?)
}
