//! What telemetry costs a call that does nothing: within one process, through the client and the layers
//! of the server, three ways in one run. `cargo run --release -p chassis --features testing --example
//! telemetry_cost`
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement says what it found, or why it can't"
)]

use std::time::{Duration, Instant};

use chassis::client::{Connection, LocalNet};
use chassis::config::CommonArgs;
use chassis::error::WIRE_TEXTS;
use chassis::policy::{Allow, Policy, Row};
use chassis::server::Guard;
use chassis::telemetry::collector::Collector;
use chassis::telemetry::trace::{Origin, Span};
use chassis::testing::{clock, verifier};
use clap::Parser;
use http::{HeaderMap, HeaderValue, Request};
use tonic::Status;
use tonic::body::Body;
use tonic::service::Routes;
use tower::{Service, ServiceExt};

const ROWS: &[Row] = &[("/x.Things/Nothing", &[Allow::Anyone])];
const CALLS: u32 = 20_000;
const ROUNDS: usize = 7;

#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    common: CommonArgs,
}

#[tokio::main]
async fn main() {
    let net = LocalNet::default();
    let nothing = || async { Status::ok("").into_http::<axum::body::Body>() };
    let router = axum::Router::new().route("/x.Things/Nothing", axum::routing::post(nothing));
    let guard = Guard {
        service: "x-svc",
        domain: "x.irikteu.kz",
        texts: &WIRE_TEXTS,
        policy: Policy::new(ROWS),
        verifier: verifier("x-svc"),
        clock: clock(),
        longest: Duration::from_secs(5),
    };
    net.add("x-svc", guard.protect(Routes::from(router)));
    let connection = net.connect("x-svc");

    let (mut off, mut skipped, mut recorded) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        off.push(round(&connection, "00").await);
    }
    let collector = Collector::start();
    let url = collector.url();
    let args = Settings::try_parse_from(["x", "--log", "off", "--otlp-url", &url]);
    let args = args.expect("settings");
    chassis::telemetry::start("cost", &args.common).expect("a collector");
    for _ in 0..ROUNDS {
        skipped.push(round(&connection, "00").await);
        recorded.push(round(&connection, "01").await);
    }
    let base = median(off);
    for (how, time) in [
        ("no collector named", base),
        ("a trace that is not recorded", median(skipped)),
        ("a recorded trace: two spans, sent", median(recorded)),
    ] {
        let ratio = time.as_secs_f64() / base.as_secs_f64();
        println!(
            "{how}: {:.2} µs, ×{ratio:.2}",
            time.as_nanos() as f64 / 1000.0
        );
    }
}

/// The time of one call.
async fn round(connection: &Connection, flags: &str) -> Duration {
    let mut headers = HeaderMap::new();
    let parent = format!("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-{flags}");
    let parent = HeaderValue::try_from(parent).expect("a header");
    headers.insert("traceparent", parent);
    let span = Span::rpc_server("/x.Things/Round", Origin::of(&headers, true));
    let watch = Instant::now();
    span.around(async {
        for _ in 0..CALLS {
            let request = Request::post("http://x/x.Things/Nothing");
            let request = request.body(Body::empty()).expect("a request");
            let mut connection = connection.clone();
            let ready = connection.ready().await.expect("a service");
            ready.call(request).await.expect("an answer");
        }
    })
    .await;
    watch.elapsed() / CALLS
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
