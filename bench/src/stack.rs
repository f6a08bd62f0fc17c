//! A database, a service, its gateway and the stand-in for identity-svc, each a process of its own.

use anyhow::Result;
use chassis::token::Signer;
use standalone::compose::SERVICES;
use standalone::folder::{self, Folder};
use tempfile::TempDir;

use crate::child::Child;
use crate::postgres::Postgres;
use crate::turns::{Probe, Probes};

pub struct Stack {
    // In the order in which they end: who asks before who is asked.
    pub gateway: Child,
    pub service: Child,
    pub exchange: Child,
    pub postgres: Postgres,
    pub folder: TempDir,
}

/// The database of the service.
pub const DATABASE: &str = "bench";

impl Stack {
    /// `what` is the name of the service, and of what a child has to serve.
    pub async fn start(what: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        make_keys(&folder)?;
        let postgres = Postgres::start().await?;
        postgres.create(DATABASE)?;
        let told = serde_json::json!({"folder": folder.path()});
        let exchange = Child::start_with("exchange", &told).await?;
        let service = serve(what, &folder, &postgres, DATABASE).await?;
        let told = serde_json::json!({
            "folder": folder.path(),
            "service": what,
            "service_url": service.text("grpc")?,
            "exchange_url": exchange.text("grpc")?,
        });
        Ok(Self {
            gateway: Child::start_with("gateway", &told).await?,
            service,
            exchange,
            postgres,
            folder,
        })
    }

    pub fn probes(&self) -> Probes<'_> {
        vec![
            ("callers", Probe::Callers),
            ("gateway", Probe::Process(self.gateway.pid())),
            ("exchange", Probe::Process(self.exchange.pid())),
            ("service", Probe::Process(self.service.pid())),
            ("database", Probe::Database(&self.postgres)),
        ]
    }

    pub fn sql(&self, sql: &str) -> Result<String> {
        self.postgres.sql(DATABASE, sql)
    }

    pub fn number(&self, sql: &str) -> Result<f64> {
        self.postgres.number(DATABASE, sql)
    }
}

/// The service alone, on one of the databases.
pub async fn serve(
    what: &str,
    folder: &TempDir,
    postgres: &Postgres,
    database: &str,
) -> Result<Child> {
    let told = serde_json::json!({"folder": folder.path(), "database": postgres.url(database)});
    Child::start_with(what, &told).await
}

/// Keys of everybody and certificates of partners, as an installation has them.
pub fn make_keys(at: &TempDir) -> Result<()> {
    let kept = Folder::open(at.path())?;
    for service in SERVICES {
        let _: Signer = kept.signer(service)?;
    }
    folder::write_service_certificates(&at.path().join("services"), &SERVICES)?;
    kept.partner_tls().map(drop)
}
