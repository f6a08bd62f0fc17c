//! What keeping exchanged sessions for a moment saves: the same list of 50 read through two
//! gateways over TCP, one that exchanges on every call and one that does not.
//!
//! `cargo run --release -p gateway --example hops`

#![expect(clippy::print_stdout, reason = "what it is for")]
#![expect(
    clippy::unwrap_used,
    reason = "a measurement that breaks has no answer"
)]

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::post;
use bytes::{BufMut, BytesMut};
use chassis::caller::{CallerClaims, ServiceIdentity, TOKEN_LIFE};
use chassis::client::Connection;
use chassis::clock::{Clock, Stopwatch};
use chassis::ids::Ids;
use chassis::token::Signer;
use futures_util::FutureExt;
use gateway::limit::Rates;
use gateway::{Gateway, GatewayConfig};
use http::{HeaderMap, HeaderValue};
use http_body_util::BodyExt;
use prost::Message;
use proto::identity::v1::{ExchangeSessionRequest, ExchangeSessionResponse};
use proto::testing::v1 as testing;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::Endpoint;
use tower::ServiceExt;

const CALLS: usize = 4000;
const AT_ONCE: usize = 16;
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let clock = Clock::machine();
    let signer = Arc::new(Signer::new("identity-svc", &Signer::new_key()?)?);
    let sessions = listen(exchange(signer, clock.clone())).await?;
    let lists = listen(list_of_fifty()).await?;
    let gateway = |life| {
        let config = GatewayConfig {
            introduction_life: life,
            rates: Rates::rehearsal(),
            ..GatewayConfig::default()
        };
        let own = Arc::new(Signer::new("gateway", &Signer::new_key()?)?);
        let connect = |service| {
            let endpoint = if service == "identity-svc" {
                &sessions
            } else {
                &lists
            };
            Connection::remote(service, endpoint.connect_lazy())
        };
        let gateway = Gateway::new(
            config,
            connect,
            ServiceIdentity::new(own, clock.clone()),
            Ids::random(clock.clone()),
            clock.clone(),
            Arc::new(|| async { true }.boxed()),
        )?;
        anyhow::Ok(gateway.router(Router::new()))
    };
    let (each, kept) = (
        gateway(Duration::ZERO)?,
        gateway(gateway::introduction::LONGEST)?,
    );
    // In turns, so that what else the machine does is shared by both.
    let (mut slow, mut fast) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        slow = slow.min(measure(&each).await);
        fast = fast.min(measure(&kept).await);
    }
    let rate = |took: Duration| CALLS as f64 / took.as_secs_f64();
    println!("a list of 50, {AT_ONCE} callers at once, the best of {ROUNDS} rounds");
    println!("an exchange on every call: {:8.0} calls/s", rate(slow));
    println!("an exchange in three seconds: {:5.0} calls/s", rate(fast));
    println!("ratio: {:.2}", rate(fast) / rate(slow));
    Ok(())
}

async fn measure(router: &Router) -> Duration {
    let watch = Stopwatch::start();
    let callers = (0..AT_ONCE).map(|_| {
        let router = router.clone();
        tokio::spawn(async move {
            for _ in 0..CALLS / AT_ONCE {
                let request = http::Request::get("/v1/campaigns/c/stages/s/sessions")
                    .header("authorization", "Bearer a-token")
                    .body(axum::body::Body::empty())
                    .unwrap();
                let response = router.clone().oneshot(request).await.unwrap();
                assert_eq!(response.status(), 200);
                response.into_body().collect().await.unwrap();
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
    watch.elapsed()
}

/// A service of one route on a port of its own.
async fn listen(router: Router) -> anyhow::Result<Endpoint> {
    let listener = chassis::server::bind(([127, 0, 0, 1], 0).into()).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let stop = CancellationToken::new();
    tokio::spawn(chassis::server::serve(
        listener,
        Routes::from(router),
        None,
        stop,
    ));
    Ok(Endpoint::from_shared(url)?)
}

fn exchange(signer: Arc<Signer>, clock: Clock) -> Router {
    let answer = move |request: Request| async move {
        let bytes = request.into_body().collect().await.unwrap().to_bytes();
        let request = ExchangeSessionRequest::decode(bytes.slice(5..)).unwrap();
        let id = uuid::Uuid::from_u128(7);
        let claims = CallerClaims::Person {
            sub: id,
            sid: id,
            roles: Vec::new(),
        };
        let expires = clock.now() + TOKEN_LIFE;
        let caller_token = signer.sign(&request.audience, expires, &claims).unwrap();
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

fn list_of_fifty() -> Router {
    let sessions = (0..50).map(|number| testing::TestSession {
        name: format!("campaigns/c/stages/s/sessions/{number}"),
        center: "testCenters/astana".into(),
        capacity: 100,
        seats_left: number,
        etag: "1".into(),
        ..Default::default()
    });
    let answer = testing::ListTestSessionsResponse {
        sessions: sessions.collect(),
        next_page_token: "next".into(),
    };
    let answer = Arc::new(answer);
    let list = move || async move { framed(&*answer) };
    Router::new().route(
        "/irikteu.testing.v1.TestSessions/ListTestSessions",
        post(list),
    )
}

/// One message as a gRPC answer.
fn framed(message: &impl Message) -> Response {
    let message = message.encode_to_vec();
    let mut frame = BytesMut::new();
    frame.put_u8(0);
    frame.put_u32(u32::try_from(message.len()).unwrap());
    frame.put_slice(&message);
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    let frames = [
        http_body::Frame::data(frame.freeze()),
        http_body::Frame::trailers(trailers),
    ];
    let frames = futures_util::stream::iter(frames.map(Ok::<_, std::convert::Infallible>));
    let body = axum::body::Body::new(http_body_util::StreamBody::new(frames));
    let mut response = Response::new(body);
    let grpc = HeaderValue::from_static("application/grpc");
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, grpc);
    response
}
