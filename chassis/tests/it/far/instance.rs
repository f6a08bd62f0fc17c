//! One instance of a small service, on a runtime of its own so that it can die as a process does; and
//! calls to it.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Extension;
use axum::routing::post;
use bytes::Bytes;
use chassis::client::{Connection, FarNet};
use chassis::error::WIRE_TEXTS;
use chassis::policy::{Allow, Policy, Row};
use chassis::server::{self, Guard};
use chassis::testing::clock;
use chassis::tls::accept::Acceptor;
use chassis::tls::{Files, Peers, Tls};
use chassis::token::Verifier;
use chassis::under_way::Places;
use futures_util::{StreamExt, stream};
use http::Request;
use http_body_util::BodyExt;
use prost::Message;
use prost_types::method_options::IdempotencyLevel;
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet,
    MethodDescriptorProto, MethodOptions, ServiceDescriptorProto,
};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::service::Routes;
use tonic::{Code, Status};
use tower::{Service, ServiceExt};

/// `Get` changes nothing, `Make` takes a request id, `Sign` neither; `Wait` answers nobody.
const ROWS: &[Row] = &[
    ("/x.v1.Things/Get", &[Allow::Anyone]),
    ("/x.v1.Things/Make", &[Allow::Anyone]),
    ("/x.v1.Things/Sign", &[Allow::Anyone]),
    ("/x.v1.Things/Wait", &[Allow::Anyone]),
];

pub struct Instance {
    pub url: String,
    pub stop: CancellationToken,
    /// Calls that reached a handler.
    pub handled: Arc<AtomicUsize>,
    /// While it is set, every call is answered with UNAVAILABLE.
    pub is_ill: Arc<AtomicBool>,
    /// While it is set, every answer begins and does not end.
    pub is_slow: Arc<AtomicBool>,
    runtime: Option<Runtime>,
}

impl Instance {
    pub async fn new(tls: Option<Tls>, places: usize) -> Self {
        let (handled, is_ill) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
        let is_slow = Arc::<AtomicBool>::default();
        let routes = routes(&handled, &is_ill, &is_slow, places);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", listener.local_addr().unwrap());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let stop = CancellationToken::new();
        let listener = listener.into_std().unwrap();
        let ends = stop.clone();
        runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            let callers = BTreeSet::from(["y-svc".to_owned()]);
            let door = tls.map(|tls| Acceptor::new(tls, Peers::Services(callers)));
            server::serve(listener, routes, door, ends).await.unwrap();
        });
        Self {
            url,
            stop,
            handled,
            is_ill,
            is_slow,
            runtime: Some(runtime),
        }
    }

    pub async fn plain() -> Self {
        Self::new(None, 1000).await
    }

    pub fn handled(&self) -> usize {
        self.handled.load(Ordering::SeqCst)
    }

    pub fn falls_ill(&self) {
        self.is_ill.store(true, Ordering::SeqCst);
    }

    /// Its connections break, and nobody listens any more.
    pub fn dies(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.dies();
    }
}

fn routes(
    handled: &Arc<AtomicUsize>,
    is_ill: &Arc<AtomicBool>,
    is_slow: &Arc<AtomicBool>,
    places: usize,
) -> Routes {
    let (handled, is_ill, is_slow) = (handled.clone(), is_ill.clone(), is_slow.clone());
    let answer = move || {
        handled.fetch_add(1, Ordering::SeqCst);
        let status = match is_ill.load(Ordering::SeqCst) {
            true => Status::unavailable("ill"),
            false => Status::ok(""),
        };
        let answer = match is_slow.load(Ordering::SeqCst) {
            true => begun(),
            false => status.into_http::<axum::body::Body>(),
        };
        async move { answer }
    };
    let router = axum::Router::new()
        .route("/x.v1.Things/Get", post(answer.clone()))
        .route("/x.v1.Things/Make", post(answer.clone()))
        .route("/x.v1.Things/Sign", post(answer))
        .route("/x.v1.Things/Wait", post(std::future::pending::<()>));
    let routes = guarded(ROWS, router);
    let routes = server::join([routes], &["x-svc"], contract()).unwrap();
    let places = Extension(Places::new(places));
    Routes::from(routes.into_axum_router().layer(places))
}

/// The head of an answer and the first bytes of its message; the rest never comes.
fn begun() -> http::Response<axum::body::Body> {
    let first = stream::once(async { Ok::<_, Infallible>(Bytes::from_static(&[0, 0, 0])) });
    http::Response::builder()
        .header("content-type", "application/grpc")
        .body(axum::body::Body::from_stream(
            first.chain(stream::pending()),
        ))
        .unwrap()
}

/// What anyone may call by these rows.
pub fn guarded(rows: &'static [Row], router: axum::Router) -> Routes {
    let guard = Guard {
        service: "x-svc",
        domain: "x.irikteu.kz",
        texts: &WIRE_TEXTS,
        policy: Policy::new(rows),
        verifier: Verifier::new("x-svc", &[]).unwrap(),
        clock: clock(),
        longest: Duration::from_secs(10),
    };
    guard.protect(Routes::from(router))
}

/// The contract of the small service, encoded once.
pub fn contract() -> &'static [u8] {
    static CONTRACT: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    CONTRACT.get_or_init(|| {
        let field = |name: &str, number| FieldDescriptorProto {
            name: Some(name.into()),
            number: Some(number),
            r#type: Some(9),
            label: Some(1),
            ..Default::default()
        };
        let thing = DescriptorProto {
            name: Some("Thing".into()),
            field: vec![field("name", 1), field("request_id", 3)],
            ..Default::default()
        };
        let word = DescriptorProto {
            name: Some("Word".into()),
            field: vec![field("name", 1)],
            ..Default::default()
        };
        let method = |name: &str, input: &str, level: IdempotencyLevel| MethodDescriptorProto {
            name: Some(name.into()),
            input_type: Some(format!(".x.v1.{input}")),
            output_type: Some(".x.v1.Word".into()),
            options: Some(MethodOptions {
                idempotency_level: Some(level.into()),
                ..Default::default()
            }),
            ..Default::default()
        };
        let things = ServiceDescriptorProto {
            name: Some("Things".into()),
            method: vec![
                method("Get", "Word", IdempotencyLevel::NoSideEffects),
                method("Make", "Thing", IdempotencyLevel::IdempotencyUnknown),
                method("Sign", "Word", IdempotencyLevel::IdempotencyUnknown),
                method("Wait", "Word", IdempotencyLevel::NoSideEffects),
            ],
            ..Default::default()
        };
        let file = FileDescriptorProto {
            name: Some("x.proto".into()),
            package: Some("x.v1".into()),
            message_type: vec![thing, word],
            service: vec![things],
            syntax: Some("proto3".into()),
            ..Default::default()
        };
        FileDescriptorSet { file: vec![file] }.encode_to_vec()
    })
}

/// A connection to all of these.
pub fn connect(tls: Option<Tls>, instances: &[&Instance]) -> Connection {
    let urls: Vec<&str> = instances.iter().map(|it| it.url.as_str()).collect();
    let net = FarNet::new(contract(), tls).unwrap();
    net.connect("x-svc", &urls.join(",")).unwrap()
}

/// Calls with a request id, or without.
pub async fn call(connection: &Connection, rpc: &str, request_id: &str) -> Status {
    call_within(connection, rpc, request_id, None).await
}

/// The same with a deadline, as `grpc-timeout` writes it.
pub async fn call_within(
    connection: &Connection,
    rpc: &str,
    request_id: &str,
    deadline: Option<&str>,
) -> Status {
    let mut message = Vec::new();
    if !request_id.is_empty() {
        message.extend([26, u8::try_from(request_id.len()).unwrap()]);
        message.extend(request_id.as_bytes());
    }
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    let frame = Bytes::from([&[0], &length[..], &message].concat());
    let mut request = Request::post(format!("http://x/x.v1.Things/{rpc}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    if let Some(deadline) = deadline {
        request = request.header("grpc-timeout", deadline);
    }
    let body = Body::new(axum::body::Body::from(frame));
    let request = request.body(body).unwrap();
    let mut connection = connection.clone();
    let answer = connection.ready().await.unwrap().call(request).await;
    let (head, body) = answer.unwrap().into_parts();
    match body.collect().await {
        Ok(_) => Status::from_header_map(&head.headers).unwrap_or_else(|| Status::ok("")),
        Err(error) => Status::unknown(format!("the answer broke off: {error}")),
    }
}

pub async fn code(connection: &Connection, rpc: &str, request_id: &str) -> Code {
    call(connection, rpc, request_id).await.code()
}

/// Certificates that are looked at often.
pub fn tls(files: Files) -> Tls {
    Tls::looking(files, Duration::from_millis(20)).unwrap()
}
