//! Calls that stay open: no deadline of a short call cuts them, and their ends are polite.

use std::time::Duration;

use axum::body::Body;
use axum::routing::post;
use bytes::Bytes;
use chassis::caller::Role;
use chassis::client::{Connection, FarNet, LocalNet};
use chassis::error::WIRE_TEXTS;
use chassis::policy::{Allow, Policy, Row};
use chassis::server::Guard;
use chassis::testing::{clock, verifier};
use chassis::watch;
use http::Request;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::{Code, Status};
use tower::{Service, ServiceExt};

const ROWS: &[Row] = &[
    ("/x.Things/WatchThings", &[Allow::Anyone]),
    ("/x.Things/WatchDesk", &[Allow::Role(Role::ExamDesk)]),
    ("/x.Things/WatchPanic", &[Allow::Anyone]),
    ("/x.Things/Download", &[Allow::Anyone]),
];

type Say = UnboundedSender<Result<Bytes, std::io::Error>>;

/// A service whose streams say what the test says.
fn routes() -> (Routes, UnboundedReceiver<Say>) {
    let (opened, streams) = unbounded_channel();
    let open = move || {
        let (say, said) = unbounded_channel();
        opened.send(say).unwrap();
        async { Body::from_stream(UnboundedReceiverStream::new(said)) }
    };
    let panics = || async {
        let stream = tokio_stream::iter([0]).map_panicking();
        Body::from_stream(stream)
    };
    let router = axum::Router::new()
        .route("/x.Things/WatchThings", post(open.clone()))
        .route("/x.Things/WatchDesk", post(open.clone()))
        .route("/x.Things/WatchPanic", post(panics))
        .route("/x.Things/Download", post(open));
    let guard = Guard {
        service: "x-svc",
        domain: "x.irikteu.kz",
        texts: &WIRE_TEXTS,
        policy: Policy::new(ROWS),
        verifier: verifier("x-svc"),
        clock: clock(),
        longest: Duration::from_millis(50),
    };
    (guard.protect(Routes::from(router)), streams)
}

trait Panicking: Sized {
    fn map_panicking(self) -> impl tokio_stream::Stream<Item = Result<Bytes, std::io::Error>>;
}

impl<S: tokio_stream::Stream + Unpin> Panicking for S {
    fn map_panicking(self) -> impl tokio_stream::Stream<Item = Result<Bytes, std::io::Error>> {
        tokio_stream::StreamExt::map(self, |_| panic!("on purpose"))
    }
}

/// What a listener hears: texts, and the status at the end.
struct Listener(tonic::body::Body);

impl Listener {
    async fn next(&mut self) -> Result<String, Status> {
        let frame = std::future::poll_fn(|cx| {
            http_body::Body::poll_frame(std::pin::Pin::new(&mut self.0), cx)
        });
        let frame = frame.await.expect("an end with a status").expect("a frame");
        match frame.into_data() {
            Ok(data) => Ok(String::from_utf8(data.to_vec()).unwrap()),
            Err(frame) => {
                let trailers = frame.into_trailers().expect("trailers");
                Err(Status::from_header_map(&trailers).expect("a status"))
            }
        }
    }
}

async fn call(mut connection: Connection, rpc: &str, headers: &[(&str, &str)]) -> Listener {
    let mut request = Request::post(format!("http://x/x.Things/{rpc}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(tonic::body::Body::empty()).unwrap();
    let response = connection.ready().await.unwrap().call(request).await;
    Listener(response.unwrap().into_body())
}

fn say(to: &Say, text: &'static str) {
    to.send(Ok(Bytes::from_static(text.as_bytes()))).unwrap();
}

/// A net with the service in it, and what its streams say.
fn near() -> (LocalNet, UnboundedReceiver<Say>) {
    let (routes, streams) = routes();
    let net = LocalNet::default();
    net.add("x-svc", routes);
    (net, streams)
}

#[tokio::test(start_paused = true)]
async fn a_watch_outlives_the_deadline_of_short_calls() {
    let (net, mut streams) = near();
    let mut listener = call(net.connect("x-svc"), "WatchThings", &[]).await;
    let stream = streams.recv().await.unwrap();
    for text in ["first", "second"] {
        tokio::time::advance(Duration::from_secs(60)).await;
        say(&stream, text);
        assert_eq!(listener.next().await.unwrap(), text);
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_watch_and_an_old_one_end_well() {
    let (net, mut streams) = near();
    let began = tokio::time::Instant::now();
    let mut listener = call(net.connect("x-svc"), "WatchThings", &[]).await;
    let stream = streams.recv().await.unwrap();
    // Nothing else happens, so the time moves to the next thing that waits for it.
    assert_eq!(listener.next().await.unwrap_err().code(), Code::Ok);
    assert_eq!(began.elapsed().as_secs(), watch::LONGEST_SILENCE.as_secs());
    assert!(stream.is_closed());

    let began = tokio::time::Instant::now();
    let mut listener = call(net.connect("x-svc"), "WatchThings", &[]).await;
    let stream = streams.recv().await.unwrap();
    let end = loop {
        tokio::time::advance(Duration::from_secs(600)).await;
        let _ = stream.send(Ok(Bytes::from_static(b"still here")));
        if let Err(end) = listener.next().await {
            break end;
        }
    };
    assert_eq!(end.code(), Code::Ok);
    // It ends at the first look after its time, however much it has to say.
    let took = began.elapsed();
    assert!(took >= watch::LONGEST && took < watch::LONGEST + Duration::from_secs(660));
}

#[tokio::test(start_paused = true)]
async fn a_listeners_own_deadline_is_for_the_whole_watch() {
    let (net, mut streams) = near();
    let headers = [("grpc-timeout", "30S"), ("accept-language", "en")];
    let mut listener = call(net.connect("x-svc"), "WatchThings", &headers).await;
    let stream = streams.recv().await.unwrap();
    tokio::time::advance(Duration::from_secs(29)).await;
    say(&stream, "in time");
    assert_eq!(listener.next().await.unwrap(), "in time");
    let end = listener.next().await.unwrap_err();
    assert_eq!(end.code(), Code::DeadlineExceeded);
    assert!(end.message().is_ascii(), "{}", end.message());
}

#[tokio::test]
async fn a_watch_that_panics_ends_alone_and_tells_nothing() {
    let (net, _streams) = near();
    let mut listener = call(net.connect("x-svc"), "WatchPanic", &[]).await;
    let end = listener.next().await.unwrap_err();
    assert_eq!(end.code(), Code::Internal);
    assert!(!end.message().contains("purpose"));
}

#[tokio::test]
async fn a_refused_watch_is_a_refusal_like_any_other() {
    let (net, _streams) = near();
    let mut connection = net.connect("x-svc");
    let request = Request::post("http://x/x.Things/WatchDesk");
    let request = request.body(tonic::body::Body::empty()).unwrap();
    let response = connection.ready().await.unwrap().call(request).await;
    let status = Status::from_header_map(response.unwrap().headers()).unwrap();
    assert_eq!(status.code(), Code::Unauthenticated);
}

#[tokio::test]
async fn a_service_that_closes_ends_its_watches_and_finishes_its_downloads() {
    let (routes, mut streams) = routes();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let stop = CancellationToken::new();
    let serving = tokio::spawn(chassis::server::serve(listener, routes, None, stop.clone()));
    let net = FarNet::new(&[], None).unwrap();
    let connect = net.connect("x-svc", &url).unwrap();

    let mut watching = call(connect.clone(), "WatchThings", &[]).await;
    let watch = streams.recv().await.unwrap();
    let mut download = call(connect, "Download", &[]).await;
    let bytes = streams.recv().await.unwrap();
    say(&watch, "hello");
    assert_eq!(watching.next().await.unwrap(), "hello");

    stop.cancel();
    let end = watching.next().await.unwrap_err();
    assert_eq!(end.code(), Code::Unavailable);
    say(&bytes, "the rest");
    assert_eq!(download.next().await.unwrap(), "the rest");
    drop((bytes, watching, download));
    serving.await.unwrap().unwrap();
}
