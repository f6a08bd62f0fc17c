//! What is measured: the whole suite, or the gateway before services that only answer.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use anyhow::{Result, bail};
use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::post;
use bytes::{BufMut, Bytes, BytesMut};
use chassis::caller::{CallerClaims, ServiceIdentity, TOKEN_LIFE};
use chassis::client::FarNet;
use chassis::clock::Clock;
use chassis::error::WIRE_TEXTS;
use chassis::ids::Ids;
use chassis::lanes::Lanes;
use chassis::policy::{Allow, Policy, Row};
use chassis::server::Guard;
use chassis::token::{Signer, Verifier};
use futures_util::FutureExt;
use gateway::events::StreamRules;
use gateway::limit::Rates;
use gateway::{Gateway, GatewayConfig};
use http::{HeaderMap, HeaderValue};
use http_body_util::BodyExt;
use prost::Message;
use proto::identity::v1::{ExchangeSessionRequest, ExchangeSessionResponse};
use proto::testing::v1 as testing;
use standalone::compose::{self, Settings};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use crate::seats::Seats;

pub const CENTER: &str = "/irikteu.testing.v1.TestCenters/GetTestCenter";
pub const SESSIONS: &str = "/irikteu.testing.v1.TestSessions/ListTestSessions";

pub const SEATS: &str = "/irikteu.testing.v1.TestSessions/WatchSeats";

const TESTING_ROWS: &[Row] = &[
    (CENTER, &[Allow::SignedIn]),
    (SESSIONS, &[Allow::SignedIn]),
    (SEATS, &[Allow::SignedIn]),
];

pub async fn serve(what: &str) -> Result<()> {
    chassis::tls::use_ring();
    // Kept for as long as it serves.
    let _held: Box<dyn std::any::Any> = match what {
        "hop" => Box::new(hop().await?),
        "suite" => Box::new(suite().await?),
        _ => bail!("{what} is nothing to serve"),
    };
    crate::child::let_go().await
}

/// The suite as `cargo run` starts it, on a folder of its own.
async fn suite() -> Result<(compose::Suite, tempfile::TempDir)> {
    let folder = tempfile::tempdir()?;
    let free = || ([127, 0, 0, 1], 0).into();
    let suite = compose::start(Settings {
        http_addr: free(),
        grpc_addr: free(),
        partner_addr: free(),
        data_dir: folder.path().join("data"),
        public_url: None,
        demo: true,
        clock: Clock::machine(),
        database_url: None,
    })
    .await?;
    let said = serde_json::json!({
        "http": suite.http.to_string(),
        "campaign": suite.campaign,
    });
    println!("{said}");
    Ok((suite, folder))
}

/// The gateway over TCP before a service whose layers are real and whose answers are ready.
async fn hop() -> Result<()> {
    // Caller tokens are good for a minute, which may pass in a measurement; here none does.
    let clock = Clock::held_at("2026-06-01T05:00:00Z".parse()?);
    let signer = |name| anyhow::Ok(Arc::new(Signer::new(name, &Signer::new_key()?)?));
    let (identity, own) = (signer("identity-svc")?, signer("gateway")?);
    let guard = Guard {
        service: "testing-svc",
        domain: "testing.irikteu.kz",
        texts: &WIRE_TEXTS,
        policy: Policy::new(TESTING_ROWS),
        verifier: Verifier::new("testing-svc", &[identity.public_key()])?,
        clock: clock.clone(),
        longest: std::time::Duration::from_secs(10),
    };
    let seats = Seats::new();
    let routes = guard.protect(Routes::from(answers().merge(seats.service())));
    let grpc = listen(routes).await?;
    let sessions = listen(Routes::from(exchange(&identity, &clock))).await?;
    let lanes = Lanes::start()?;
    let net = FarNet::new(proto::DESCRIPTOR, None)?.in_lanes(lanes.clone());
    let mut connections = HashMap::new();
    for name in gateway::route::SERVICES {
        let is_identity = name == "identity-svc";
        let url = if is_identity { &sessions } else { &grpc };
        connections.insert(name, net.connect(name, url)?);
    }
    let config = GatewayConfig {
        rates: Rates::rehearsal(),
        streams: StreamRules {
            account: 1000,
            ..StreamRules::default()
        },
        ..GatewayConfig::default()
    };
    let gateway = Gateway::new(
        config,
        |name| connections[name].clone(),
        ServiceIdentity::new(own, clock.clone()),
        Ids::random(clock.clone()),
        clock.clone(),
        Arc::new(|| async { true }.boxed()),
    )?;
    let listener = chassis::server::bind(([127, 0, 0, 1], 0).into()).await?;
    let http = listener.local_addr()?.to_string();
    let router = gateway.router(seats.desk());
    tokio::spawn(gateway::serve(
        listener,
        router,
        lanes,
        CancellationToken::new(),
    ));
    let token = caller_token(&identity, &clock, "testing-svc")?;
    let said = serde_json::json!({"http": http, "grpc": grpc, "token": token});
    println!("{said}");
    Ok(())
}

/// Routes on a port of their own.
async fn listen(routes: Routes) -> Result<String> {
    let listener = chassis::server::bind(([127, 0, 0, 1], 0).into()).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let stop = CancellationToken::new();
    tokio::spawn(chassis::server::serve(listener, routes, None, stop));
    Ok(url)
}

fn caller_token(signer: &Signer, clock: &Clock, audience: &str) -> Result<String> {
    let id = uuid::Uuid::from_u128(7);
    let claims = CallerClaims::Person {
        sub: id,
        sid: id,
        roles: Vec::new(),
    };
    signer.sign(audience, clock.now() + TOKEN_LIFE, &claims)
}

fn exchange(signer: &Arc<Signer>, clock: &Clock) -> Router {
    let (signer, clock) = (signer.clone(), clock.clone());
    let answer = move |request: Request| async move {
        let asked = request.into_body().collect().await.ok();
        let asked = asked.map(|it| it.to_bytes()).filter(|it| it.len() > 5);
        let asked = asked.and_then(|it| ExchangeSessionRequest::decode(it.slice(5..)).ok());
        let audience = asked.map(|it| it.audience).unwrap_or_default();
        let caller_token = caller_token(&signer, &clock, &audience).unwrap_or_default();
        framed(&ExchangeSessionResponse {
            caller_token,
            expire_time: None,
        })
    };
    Router::new().route(
        "/irikteu.identity.v1.Sessions/ExchangeSession",
        post(answer),
    )
}

fn answers() -> Router {
    let center = Arc::new(testing::TestCenter {
        name: "testCenters/astana".into(),
        etag: "1".into(),
        ..Default::default()
    });
    let sessions = (0..50).map(|number| testing::TestSession {
        name: format!("campaigns/c/stages/s/sessions/{number}"),
        center: "testCenters/astana".into(),
        capacity: 100,
        seats_left: number,
        etag: "1".into(),
        ..Default::default()
    });
    let list = Arc::new(testing::ListTestSessionsResponse {
        sessions: sessions.collect(),
        next_page_token: "next".into(),
    });
    Router::new()
        .route(CENTER, post(move |request| read(request, center)))
        .route(SESSIONS, post(move |request| read(request, list)))
}

/// Reads the request as a service does. What nobody reads stays on the connection's account, and
/// HTTP/2 ends a connection on which too much has gathered.
async fn read(request: Request, answer: Arc<impl Message>) -> Response {
    let _ = request.into_body().collect().await;
    framed(&*answer)
}

/// One message as a gRPC answer.
pub fn framed(message: &impl Message) -> Response {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    let frames = [frame(message), http_body::Frame::trailers(trailers)];
    grpc(futures_util::stream::iter(frames.map(Ok::<_, Infallible>)))
}

/// One message of a gRPC answer.
pub fn frame(message: &impl Message) -> http_body::Frame<Bytes> {
    let message = message.encode_to_vec();
    let mut frame = BytesMut::new();
    frame.put_u8(0);
    frame.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    frame.put_slice(&message);
    http_body::Frame::data(frame.freeze())
}

pub fn grpc<S>(frames: S) -> Response
where
    S: futures_util::Stream<Item = Result<http_body::Frame<Bytes>, Infallible>> + Send + 'static,
{
    let body = axum::body::Body::new(http_body_util::StreamBody::new(frames));
    let mut response = Response::new(body);
    let grpc = HeaderValue::from_static("application/grpc");
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, grpc);
    response
}

/// The demonstration's sign-ins, for whoever measures the suite.
pub fn people() -> impl Iterator<Item = serde_json::Value> {
    let accounts = standalone::demo::ACCOUNTS.iter();
    accounts
        .map(|it| serde_json::json!({"login": it.email, "password": standalone::demo::PASSWORD}))
}
