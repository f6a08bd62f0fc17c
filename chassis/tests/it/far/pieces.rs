//! Bodies that come in pieces, there and back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use chassis::client::{Connection, FarNet};
use futures_util::{Stream, StreamExt, stream};
use http::{Request, Response};
use http_body_util::BodyExt;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tower::{Service, ServiceExt};

use super::instance::contract;
use crate::world::until;

const PIECE: usize = 16 * 1024;

/// A connection to a service that does this with what it is sent.
async fn to<H, T>(handler: H) -> Connection
where
    H: axum::handler::Handler<T, ()>,
    T: 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/y.v1.Pieces/Send", post(handler));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let net = FarNet::new(contract(), None).unwrap();
    net.connect("x-svc", &url).unwrap()
}

async fn send<S>(connection: &Connection, pieces: S) -> Response<Body>
where
    S: Stream<Item = std::io::Result<Bytes>> + Send + 'static,
{
    let body = Body::new(axum::body::Body::from_stream(pieces));
    let request = Request::post("http://x/y.v1.Pieces/Send").body(body);
    let mut connection = connection.clone();
    let ready = connection.ready().await.unwrap();
    ready.call(request.unwrap()).await.unwrap()
}

fn piece(number: usize) -> Bytes {
    Bytes::from(vec![number.to_le_bytes()[0]; PIECE])
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_any_window_holds_comes_whole_there_and_back() {
    let echo = to(|body: axum::body::Body| async move { Response::new(body) }).await;
    let pieces = stream::iter((0..1000).map(|number| Ok(piece(number))));
    let answer = send(&echo, pieces).await.into_body().collect().await;
    let answer = answer.unwrap().to_bytes();
    assert_eq!(answer.len(), 1000 * PIECE);
    for (number, sent) in answer.chunks(PIECE).enumerate() {
        assert_eq!(sent, piece(number), "{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_faster_than_it_is_read() {
    const PIECES: usize = 2000;
    let (sent, read) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
    let (seen, counted) = (sent.clone(), read.clone());
    let slow = to(move |body: axum::body::Body| async move {
        until("some was sent", || seen.load(Ordering::SeqCst) > 10).await;
        let mut body = body.into_data_stream();
        while let Some(piece) = body.next().await {
            counted.fetch_add(piece.unwrap().len(), Ordering::SeqCst);
        }
    });
    let slow = slow.await;
    let most = Arc::<AtomicUsize>::default();
    let (so_far, arrived, under_way) = (sent.clone(), read.clone(), most.clone());
    let pieces = stream::iter(0..PIECES).map(move |number| {
        let sent = (so_far.fetch_add(1, Ordering::SeqCst) + 1) * PIECE;
        let read = arrived.load(Ordering::SeqCst);
        under_way.fetch_max(sent.saturating_sub(read), Ordering::SeqCst);
        Ok(piece(number))
    });
    assert_eq!(send(&slow, pieces).await.status(), 200);
    assert_eq!(read.load(Ordering::SeqCst), PIECES * PIECE);
    let most = most.load(Ordering::SeqCst);
    assert!(most < PIECES * PIECE / 4, "{most} bytes were under way");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_read_ends_what_is_still_sent() {
    let hasty = to(|| async { "enough" }).await;
    let over = CancellationToken::new();
    let held = over.clone().drop_guard();
    let pieces = stream::once(async { Ok(piece(0)) })
        .chain(stream::pending())
        .map(move |piece| {
            let _ = &held;
            piece
        });
    let answer = send(&hasty, pieces).await.into_body().collect().await;
    assert_eq!(answer.unwrap().to_bytes(), "enough");
    until("nothing more is sent", || over.is_cancelled()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_away_or_breaks_off_is_not_waited_for() {
    let (begun, ended) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
    let (begins, ends) = (begun.clone(), ended.clone());
    let patient = to(move |body: axum::body::Body| async move {
        let mut body = body.into_data_stream();
        while let Some(Ok(_)) = body.next().await {
            begins.fetch_add(1, Ordering::SeqCst);
        }
        ends.fetch_add(1, Ordering::SeqCst);
    });
    let patient = patient.await;
    let first = || stream::once(async { Ok(piece(0)) });

    let goes_away = send(&patient, first().chain(stream::pending()));
    tokio::select! {
        _ = goes_away => panic!("nobody answers"),
        () = until("it arrived", || begun.load(Ordering::SeqCst) > 0) => {}
    }
    until("it is called off", || ended.load(Ordering::SeqCst) == 1).await;

    let breaks_off = first().chain(stream::once(async { Err(std::io::Error::other("gone")) }));
    let answer = send(&patient, breaks_off).await;
    let status = tonic::Status::from_header_map(answer.headers()).expect("a status");
    assert_eq!(status.code(), tonic::Code::Unavailable, "{status:?}");
    until("it is told", || ended.load(Ordering::SeqCst) == 2).await;
}
