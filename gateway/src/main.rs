//! The gateway as a process of its own.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chassis::caller::ServiceIdentity;
use chassis::client::{Connection, FarNet};
use chassis::ids::Ids;
use chassis::lanes::Lanes;
use chassis::telemetry;
use chassis::telemetry::admin::{self, Check};
use chassis::token::Signer;
use clap::Parser;
use futures_util::FutureExt;
use gateway::config::ServeArgs;
use gateway::together::Together;
use gateway::{Gateway, Ready, route};
use tokio_util::sync::CancellationToken;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

/// HTTP in front of the services.
#[derive(Parser)]
#[command(version)]
enum Command {
    /// Answers HTTP until it is told to stop.
    Serve(Box<ServeArgs>),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Command::Serve(args) = Command::parse();
    telemetry::start("gateway", &args.common)?;
    chassis::tls::use_ring();
    let tls = args.tls.read()?;
    if let Some(tls) = &tls {
        tls.tell_life("services", args.common.clock.clone());
    }
    let lanes = Lanes::start()?;
    let net = FarNet::new(proto::DESCRIPTOR, tls)?.in_lanes(lanes.clone());
    let mut services = Vec::new();
    for service in route::SERVICES {
        services.push((service, net.connect(service, args.url(service))?));
    }
    let key = std::fs::read(&args.key_file)
        .with_context(|| format!("{} can't be read", args.key_file.display()))?;
    let clock = args.common.clock.clone();
    let speaker = ServiceIdentity::new(Arc::new(Signer::new("gateway", &key)?), clock.clone());
    let (closing, stop) = (CancellationToken::new(), CancellationToken::new());
    let by_name: std::collections::HashMap<_, _> = services.iter().cloned().collect();
    let ready = ready(services, closing.clone());
    let ids = Ids::random(clock.clone());
    let mut config = args.gateway();
    // Every gateway has the same key, and nobody else has it.
    config.together = args
        .redis
        .place()?
        .map(|place| Together::start(&place, &key, &ids, &stop));
    let redis = config.together.as_ref().map(|it| it.link().clone());
    let gateway = Gateway::new(
        config,
        |service| by_name[service].clone(),
        speaker,
        ids,
        clock,
        ready.clone(),
    )?;
    if let Some(address) = args.admin_addr {
        let mut checks = vec![Check::needed("services", move || ready())];
        checks.extend(redis.map(|link| link.check()));
        admin::open(address, checks).await?;
    }
    let gateway = Arc::new(gateway);
    let (hears, until) = (gateway.clone(), stop.clone());
    tokio::spawn(async move { hears.hear(until).await });
    let listener = chassis::server::bind(args.http_addr).await?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    let (says, told) = (closing.clone(), stop.clone());
    let grace = Duration::from_millis(args.serving.drain_grace_ms);
    tokio::spawn(async move {
        chassis::program::told_to_end().await;
        admin::serving(false);
        says.cancel();
        // Whoever balances over gateways asks whether this one is ready.
        chassis::program::grace(grace).await;
        told.cancel();
    });
    admin::serving(true);
    let served = gateway::serve(listener, gateway.router(axum::Router::new()), lanes, stop).await;
    telemetry::stop().await;
    served
}

/// Ready while every service says it serves, and not once the stop has begun.
fn ready(services: Vec<(&'static str, Connection)>, stop: CancellationToken) -> Ready {
    Arc::new(move || {
        let (services, stop) = (services.clone(), stop.clone());
        async move {
            let asked = services
                .into_iter()
                .map(|(service, connection)| async move {
                    let request = HealthCheckRequest {
                        service: service.to_owned(),
                    };
                    let limit = Duration::from_secs(1);
                    let mut health = HealthClient::new(connection);
                    let answer = tokio::time::timeout(limit, health.check(request));
                    let serving = tonic_health::ServingStatus::Serving as i32;
                    matches!(answer.await, Ok(Ok(answer)) if answer.get_ref().status == serving)
                });
            let all = futures_util::future::join_all(asked).await;
            !stop.is_cancelled() && all.into_iter().all(|serves| serves)
        }
        .boxed()
    })
}
