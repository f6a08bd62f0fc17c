//! Services and gateway before a real database, each to be run in a process of its own, and a stand-in for
//! identity-svc: it says who a token is without looking anybody up, so that what is measured is the service
//! and not the sign-in.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::Request;
use axum::routing::post;
use chassis::caller::{Caller, CallerClaims, Person, Role, ServiceIdentity, TOKEN_LIFE};
use chassis::client::{Connection, FarNet, LocalNet};
use chassis::clock::Clock;
use chassis::database::{Database, MigratorTrait};
use chassis::ids::Ids;
use chassis::lanes::Lanes;
use chassis::server::Service;
use chassis::tls::accept::Acceptor;
use chassis::tls::{Files, Peers, Tls};
use chassis::token::{Signer, Verifier};
use futures_util::FutureExt;
use gateway::events::StreamRules;
use gateway::limit::Rates;
use gateway::{Gateway, GatewayConfig};
use http_body_util::BodyExt;
use prost::Message;
use proto::identity::v1::{ExchangeSessionRequest, ExchangeSessionResponse};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use uuid::Uuid;

use crate::served::framed;

/// What a child is told.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Told {
    /// The data folder with keys and certificates.
    pub folder: PathBuf,
    pub database: String,
    /// The service before which the gateway stands.
    pub service: String,
    pub service_url: String,
    pub exchange_url: String,
}

/// The account of the person with this number.
pub fn account(number: u64) -> Uuid {
    Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_0000 | u128::from(number))
}

/// The same, as SQL makes it of a number.
pub fn account_sql(number: &str) -> String {
    id_sql("01970000-0000-7000-8000", number)
}

/// An id that begins like this and ends with a number, as SQL makes it.
pub fn id_sql(begin: &str, number: &str) -> String {
    format!("('{begin}-' || lpad(to_hex({number}), 12, '0'))")
}

/// What stands for a session: the stand-in reads the person off it.
pub fn access_token(number: u64) -> String {
    format!("person-{number}")
}

fn signer(folder: &Path, name: &str) -> Result<Arc<Signer>> {
    let file = folder.join("keys").join(format!("{name}.pk8"));
    let key = std::fs::read(&file).with_context(|| format!("{}", file.display()))?;
    Ok(Arc::new(Signer::new(name, &key)?))
}

/// Where the certificates by which services know each other are.
fn certificates(folder: &Path) -> PathBuf {
    folder.join("services")
}

/// Routes on a port of their own, opened to the gateway; gives its URL.
async fn listen(folder: &Path, name: &str, routes: Routes) -> Result<String> {
    let listener = chassis::server::bind(([127, 0, 0, 1], 0).into()).await?;
    let url = format!("https://{}", listener.local_addr()?);
    let tls = Tls::read(Files::in_folder(&certificates(folder), name))?;
    let callers = Peers::Services(["gateway".to_owned()].into());
    let (door, stop) = (Acceptor::new(tls, callers), CancellationToken::new());
    tokio::spawn(chassis::server::serve(listener, routes, Some(door), stop));
    Ok(url)
}

/// The stand-in for identity-svc.
pub async fn exchange(told: &Told) -> Result<()> {
    let identity = signer(&told.folder, "identity-svc")?;
    let answer = move |request: Request| async move {
        let asked = request.into_body().collect().await.ok();
        let asked = asked.map(|it| it.to_bytes()).filter(|it| it.len() > 5);
        let asked = asked.and_then(|it| ExchangeSessionRequest::decode(it.slice(5..)).ok());
        let asked = asked.unwrap_or_default();
        let number = asked.access_token.strip_prefix("person-");
        let number = number.and_then(|it| it.parse().ok()).unwrap_or_default();
        let claims = CallerClaims::Person {
            sub: account(number),
            sid: account(number),
            roles: Vec::new(),
        };
        let until = Clock::machine().now() + TOKEN_LIFE;
        let token = identity.sign(&asked.audience, until, &claims);
        framed(&ExchangeSessionResponse {
            caller_token: token.unwrap_or_default(),
            expire_time: None,
        })
    };
    let path = "/irikteu.identity.v1.Sessions/ExchangeSession";
    let routes = Routes::from(Router::new().route(path, post(answer)));
    let url = listen(&told.folder, "identity-svc", routes).await?;
    println!("{}", serde_json::json!({ "grpc": url }));
    Ok(())
}

/// What every service is given, and the net on which it is spoken to from within.
pub struct Ground {
    pub db: Database,
    pub clock: Clock,
    pub ids: Ids,
    pub signer: Arc<Signer>,
    pub verifier: Verifier,
    pub identity: ServiceIdentity,
    pub net: LocalNet,
}

impl Ground {
    pub async fn of<M: MigratorTrait>(told: &Told, name: &'static str) -> Result<Self> {
        let clock = Clock::machine();
        // As a service has by default.
        let db = Database::connect(&told.database, 8).await?;
        db.migrate::<M>().await?;
        let signer = signer(&told.folder, name)?;
        let identity = crate::backed::signer(&told.folder, "identity-svc")?;
        Ok(Self {
            db,
            ids: Ids::random(clock.clone()),
            verifier: Verifier::new(name, &[identity.public_key()])?,
            identity: ServiceIdentity::new(signer.clone(), clock.clone()),
            signer,
            clock,
            net: LocalNet::default(),
        })
    }

    /// The service from within, spoken to by somebody of the staff.
    pub fn staff(&self, name: &'static str) -> Connection {
        self.known(
            name,
            u64::MAX >> 16,
            vec![Role::CampaignManager, Role::ExamDesk],
        )
    }

    pub fn known(&self, name: &'static str, number: u64, roles: Vec<Role>) -> Connection {
        let caller = Caller::Person(Person {
            account: account(number),
            session: account(number),
            roles,
        });
        self.net.connect(name).speaking_for(caller)
    }

    /// Opens the service's doors; nothing of its jobs runs, and its outbox is left to fill.
    pub async fn open(&self, mut service: Service, told: &Told) -> Result<serde_json::Value> {
        let url = listen(&told.folder, service.name, service.routes.clone()).await?;
        let mut said = serde_json::json!({ "grpc": url });
        if let Some(partners) = service.partner_routes.take() {
            let listener = chassis::server::bind(([127, 0, 0, 1], 0).into()).await?;
            said["partner"] = format!("https://{}", listener.local_addr()?).into();
            let files = Files::in_folder(&told.folder.join("certificates"), "server");
            let door = Acceptor::new(Tls::read(files)?, Peers::Partners);
            let stop = CancellationToken::new();
            tokio::spawn(chassis::server::serve(listener, partners, Some(door), stop));
        }
        Ok(said)
    }
}

/// Services behind their doors, reached as the gateway reaches them.
pub fn far_net(folder: &Path) -> Result<FarNet> {
    let tls = Tls::read(Files::in_folder(&certificates(folder), "gateway"))?;
    FarNet::new(proto::DESCRIPTOR, Some(tls))
}

/// The gateway before one service.
pub async fn gateway(told: &Told) -> Result<()> {
    let clock = Clock::machine();
    let lanes = Lanes::start()?;
    let net = far_net(&told.folder)?.in_lanes(lanes.clone());
    let mut by_name = HashMap::new();
    for name in gateway::route::SERVICES {
        // Of the others only the exchange is asked.
        let url = match name == told.service {
            true => &told.service_url,
            false => &told.exchange_url,
        };
        by_name.insert(name, net.connect(name, url)?);
    }
    let config = GatewayConfig {
        rates: Rates::rehearsal(),
        streams: StreamRules::default(),
        ..GatewayConfig::default()
    };
    let own = signer(&told.folder, "gateway")?;
    let gateway = Gateway::new(
        config,
        |name| by_name[name].clone(),
        ServiceIdentity::new(own, clock.clone()),
        Ids::random(clock.clone()),
        clock,
        Arc::new(|| async { true }.boxed()),
    )?;
    let listener = chassis::server::bind(([127, 0, 0, 1], 0).into()).await?;
    let http = listener.local_addr()?.to_string();
    let router = gateway.router(Router::new());
    tokio::spawn(gateway::serve(
        listener,
        router,
        lanes,
        CancellationToken::new(),
    ));
    println!("{}", serde_json::json!({ "http": http }));
    Ok(())
}
