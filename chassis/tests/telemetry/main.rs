//! What a process tells a collector, seen from the collector. The tracer is one for the whole process,
//! so these tests have a program of their own.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says no by panicking"
)]

use std::sync::LazyLock;
use std::time::Duration;

use axum::routing::post;
use chassis::client::{Connection, FarNet};
use chassis::config::CommonArgs;
use chassis::error::WIRE_TEXTS;
use chassis::policy::{Allow, Policy, Row};
use chassis::server::{self, Guard};
use chassis::telemetry::collector::{Collector, Span, SpanKind, Taken, attribute};
use chassis::telemetry::trace::{self, Origin};
use chassis::telemetry::{admin, carry};
use chassis::testing::{clock, verifier};
use clap::Parser;
use http::{HeaderMap, HeaderValue, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::body::Body;
use tonic::service::Routes;
use tower::{Service, ServiceExt};

#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    common: CommonArgs,
}

fn settings(more: &[&str]) -> Result<CommonArgs, clap::Error> {
    let all = ["test", "--log", "off"].iter().chain(more);
    Settings::try_parse_from(all).map(|it| it.common)
}

/// The collector of this process; everything is recorded.
static COLLECTOR: LazyLock<Collector> = LazyLock::new(|| {
    let collector = Collector::start();
    let url = collector.url();
    let args = settings(&["--otlp-url", &url, "--otlp-metrics-seconds", "1"]).unwrap();
    chassis::telemetry::start("chassis-test", &args).unwrap();
    collector
});

/// `Forgotten` has none.
const ROWS: &[Row] = &[
    ("/x.Things/Open", &[Allow::Anyone]),
    ("/x.Things/Broken", &[Allow::Anyone]),
    ("/x.Things/Mine", &[Allow::SignedIn]),
];

/// A service behind a real port.
async fn far_service(stop: &CancellationToken) -> Connection {
    let ok = || async { Status::ok("").into_http::<axum::body::Body>() };
    let broken = || async { Status::internal("").into_http::<axum::body::Body>() };
    let router = axum::Router::new()
        .route("/x.Things/Open", post(ok))
        .route("/x.Things/Broken", post(broken))
        .route("/x.Things/Mine", post(ok))
        .route("/x.Things/Forgotten", post(ok));
    let guard = Guard {
        service: "x-svc",
        domain: "x.irikteu.kz",
        texts: &WIRE_TEXTS,
        policy: Policy::new(ROWS),
        verifier: verifier("x-svc"),
        clock: clock(),
        longest: Duration::from_secs(5),
    };
    let routes = guard.protect(Routes::from(router));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(server::serve(listener, routes, None, stop.clone()));
    FarNet::new(&[], None)
        .unwrap()
        .connect("x-svc", &url)
        .unwrap()
}

async fn call(mut connection: Connection, rpc: &str) {
    let request = Request::post(format!("http://x/x.Things/{rpc}"));
    let request = request.body(Body::empty()).unwrap();
    let ready = connection.ready().await.unwrap();
    ready.call(request).await.unwrap();
}

fn of_trace<'a>(taken: &'a Taken, trace: &trace::TraceId) -> Vec<&'a Span> {
    let id = trace.to_bytes().to_vec();
    taken.spans.iter().filter(|it| it.trace_id == id).collect()
}

fn find<'a>(spans: &[&'a Span], name: &str, kind: SpanKind) -> &'a Span {
    let found = spans
        .iter()
        .find(|it| it.name == name && it.kind == i32::from(kind));
    found.unwrap_or_else(|| panic!("{name} {kind:?} in {spans:#?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_over_the_wire_is_one_trace_of_both_sides() {
    let collector = &*COLLECTOR;
    let stop = CancellationToken::new();
    let service = far_service(&stop).await;
    let root = trace::Span::http("GET", Origin::Nowhere, || panic!("it is recorded"));
    let id = root.place().unwrap().trace_id();
    root.around(async {
        call(service.clone(), "Open").await;
        call(service.clone(), "Broken").await;
        call(service.clone(), "Mine").await;
        call(service.clone(), "Forgotten").await;
        // There is no such route: nothing of ours is reached.
        call(service.clone(), "Aibek-950615300104").await;
    })
    .await;
    root.answered_http("GET /v1/{name=things/*}", 503);
    drop(root);
    stop.cancel();

    let taken = collector.until(|it| of_trace(it, &id).len() >= 10).await;
    let spans = of_trace(&taken, &id);
    let root = find(&spans, "GET /v1/{name=things/*}", SpanKind::Server);
    assert!(root.parent_span_id.is_empty());
    let told = |span: &Span, name: &str| attribute(span, name).unwrap_or_default();
    assert_eq!(told(root, "http.route"), "/v1/{name=things/*}");
    assert_eq!(told(root, "http.request.method"), "GET");
    assert_eq!(told(root, "http.response.status_code"), "503");
    assert_eq!(told(root, "error.type"), "503");
    for (rpc, code, caller_fails, service_fails) in [
        ("Open", "0", false, false),
        ("Broken", "13", true, true),
        // To refuse is no fault of the service.
        ("Mine", "16", true, false),
    ] {
        let name = format!("x.Things/{rpc}");
        let (there, here) = (
            find(&spans, &name, SpanKind::Client),
            find(&spans, &name, SpanKind::Server),
        );
        assert_eq!(there.parent_span_id, root.span_id);
        assert_eq!(here.parent_span_id, there.span_id);
        for (span, fails) in [(there, caller_fails), (here, service_fails)] {
            assert_eq!(told(span, "rpc.system"), "grpc");
            assert_eq!(told(span, "rpc.service"), "x.Things");
            assert_eq!(told(span, "rpc.method"), rpc);
            assert_eq!(told(span, "rpc.grpc.status_code"), code);
            assert_eq!(attribute(span, "error.type").is_some(), fails, "{span:?}");
        }
    }
    // What the policy does not know goes by one name: a path is the caller's choice.
    find(&spans, "unknown", SpanKind::Server);
    let servers = spans
        .iter()
        .filter(|it| it.kind == i32::from(SpanKind::Server));
    let servers = format!("{:?}", servers.collect::<Vec<_>>());
    assert!(
        !servers.contains("Forgotten") && !servers.contains("Aibek"),
        "{servers}"
    );
}

#[tokio::test]
async fn a_strangers_trace_is_pointed_to_and_not_gone_on_with() {
    let collector = &*COLLECTOR;
    let theirs = "0af7651916cd43dd8448eb211c80319c";
    let mut headers = HeaderMap::new();
    let parent = format!("00-{theirs}-b7ad6b7169203331-00");
    headers.insert("traceparent", HeaderValue::try_from(parent).unwrap());

    let span = trace::Span::http("GET", Origin::of(&headers, false), || panic!("recorded"));
    let id = span.place().unwrap().trace_id();
    assert_ne!(id.to_string(), theirs);
    drop(span);
    let taken = collector.until(|it| !of_trace(it, &id).is_empty()).await;
    let span = of_trace(&taken, &id)[0];
    assert!(span.parent_span_id.is_empty());
    let link: String = span.links[0]
        .trace_id
        .iter()
        .map(|it| format!("{it:02x}"))
        .collect();
    assert_eq!(link, theirs);

    // Of our own, who calls has decided: here, that nothing is recorded. The trace goes on all the same.
    let span = trace::Span::http("GET", Origin::of(&headers, true), || panic!("passed on"));
    assert!(!span.is_recorded());
    let mut sent = HeaderMap::new();
    carry::into_headers(&span.place().unwrap(), &mut sent);
    assert_eq!(sent, headers);
}

#[tokio::test]
async fn a_trace_that_is_not_recorded_costs_no_spans_further_down() {
    let _ = &*COLLECTOR;
    let mut headers = HeaderMap::new();
    let parent = "00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    headers.insert("traceparent", HeaderValue::from_static(parent));
    let span = trace::Span::rpc_server("/x.Things/Open", Origin::of(&headers, true));
    span.around(async {
        let statement = trace::Span::statement("sqlite", "SELECT", || panic!("nobody asks"));
        assert!(!statement.is_recorded());
        let call = trace::Span::rpc_client("/x.Things/Open", &HeaderMap::new());
        assert!(!call.is_recorded());
        assert_eq!(
            call.place().unwrap().trace_id().to_string(),
            "1af7651916cd43dd8448eb211c80319c"
        );
    })
    .await;
}

#[tokio::test]
async fn metrics_are_sent_as_they_are_shown() {
    let collector = &*COLLECTOR;
    let took = Duration::from_millis(3);
    chassis::telemetry::answered("metrics-svc", "Send", "0", took);
    chassis::telemetry::level("metrics-svc", "outbox_waiting", 4);
    let has = |taken: &Taken, text: &str| {
        let last = taken.metrics.iter().map(|it| format!("{it:?}"));
        last.into_iter().any(|it| it.contains(text))
    };
    let taken = collector.until(|it| has(it, "metrics-svc")).await;
    for name in [
        "irikteu_calls_total",
        "irikteu_outbox_waiting",
        "irikteu_uptime_seconds",
        "irikteu_build_info",
        "process_resident_memory_bytes",
    ] {
        assert!(has(&taken, name), "{name}");
    }
    let shown = chassis::telemetry::metrics();
    assert!(shown.contains("irikteu_outbox_waiting{service=\"metrics-svc\"} 4"));
    let resource = taken.metrics[0].resource_metrics[0].resource.as_ref();
    let resource = format!("{resource:?}");
    for name in ["service.name", "chassis-test", "service.instance.id"] {
        assert!(resource.contains(name), "{name} in {resource}");
    }
}

#[tokio::test]
async fn a_port_for_machines_tells_whether_the_process_is_ready() {
    let database = admin::Check::needed("database", || Box::pin(async { true }));
    let cache = admin::Check::helpful("cache", || Box::pin(std::future::pending()));
    let address = ([127, 0, 0, 1], 0).into();
    let address = admin::open(address, vec![database, cache]).await.unwrap();
    let ask = async |path: &str| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.0\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    assert!(ask("/healthz").await.contains(" 200 "));
    assert!(ask("/readyz").await.contains(" 503 "), "not built yet");
    admin::serving(true);
    let ready = ask("/readyz").await;
    assert!(ready.contains(" 200 "), "{ready}");
    assert!(
        ready.contains("database: up\ncache: down, not needed"),
        "{ready}"
    );
    assert!(
        ask("/metrics")
            .await
            .contains("irikteu_build_info{version=")
    );
    admin::serving(false);
    assert!(ask("/readyz").await.contains(" 503 "), "it drains");
    assert!(ask("/healthz").await.contains(" 200 "), "it lives");
}

#[test]
fn a_wrong_setting_says_what_is_wrong() {
    for (flag, value) in [
        ("--trace-share", "1.5"),
        ("--trace-share", "half"),
        ("--trace-queue", "0"),
        ("--otlp-metrics-seconds", "100000"),
    ] {
        assert!(settings(&[flag, value]).is_err(), "{flag} {value}");
    }
    for url in [
        "collector",
        "ftp://collector:4317",
        "https://collector:4317",
    ] {
        let args = settings(&["--otlp-url", url]).unwrap();
        let said = chassis::telemetry::otlp::endpoint(url, &args.otlp);
        let said = format!("{:#}", said.unwrap_err());
        assert!(said.contains("IRIKTEU_OTLP_"), "{said}");
    }
}
