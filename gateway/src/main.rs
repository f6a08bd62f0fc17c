//! The gateway as a process of its own.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chassis::caller::ServiceIdentity;
use chassis::client::Connection;
use chassis::ids::Ids;
use chassis::telemetry;
use chassis::telemetry::admin::{self, Check};
use chassis::token::Signer;
use clap::Parser;
use futures_util::FutureExt;
use gateway::config::ServeArgs;
use gateway::{Gateway, Ready, route};
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Endpoint};
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
    let mut channels = Vec::new();
    for service in route::SERVICES {
        let url = args.url(service).to_owned();
        let endpoint =
            Endpoint::from_shared(url).with_context(|| format!("the URL of {service}"))?;
        let endpoint = endpoint
            .connect_timeout(Duration::from_secs(2))
            // A stream on which nothing is said must still notice that the service is gone.
            .http2_keep_alive_interval(Duration::from_secs(20))
            .keep_alive_timeout(Duration::from_secs(10));
        channels.push((service, endpoint.connect_lazy()));
    }
    let key = std::fs::read(&args.key_file)
        .with_context(|| format!("{} can't be read", args.key_file.display()))?;
    let clock = args.common.clock.clone();
    let speaker = ServiceIdentity::new(Arc::new(Signer::new("gateway", &key)?), clock.clone());
    let stop = CancellationToken::new();
    let by_name: std::collections::HashMap<_, _> = channels.iter().cloned().collect();
    let ready = ready(channels, stop.clone());
    let gateway = Gateway::new(
        args.gateway(),
        |service| Connection::remote(service, by_name[service].clone()),
        speaker,
        Ids::random(clock.clone()),
        clock,
        ready.clone(),
    )?;
    if let Some(address) = args.admin_addr {
        let check = Check::needed("services", move || ready());
        admin::open(address, vec![check]).await?;
    }
    let listener = chassis::server::bind(args.http_addr).await?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    let told = stop.clone();
    tokio::spawn(async move {
        chassis::program::told_to_end().await;
        admin::serving(false);
        told.cancel();
    });
    admin::serving(true);
    let served = gateway::serve(listener, gateway.router(axum::Router::new()), stop).await;
    telemetry::stop().await;
    served
}

/// Ready while every service says it serves, and not once the stop has begun.
fn ready(channels: Vec<(&'static str, Channel)>, stop: CancellationToken) -> Ready {
    Arc::new(move || {
        let (channels, stop) = (channels.clone(), stop.clone());
        async move {
            let asked = channels.into_iter().map(|(service, channel)| async move {
                let request = HealthCheckRequest {
                    service: service.to_owned(),
                };
                let limit = Duration::from_secs(1);
                let mut health = HealthClient::new(channel);
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
