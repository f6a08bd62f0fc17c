//! The proxies: what passes, what doesn't, and who is told.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tests::faults::proxy::{Proxy, Way, Weather};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// Long enough for what has to come, on any machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// For what must not come: if it came late, a later line of the test would see it.
const MOMENT: Duration = Duration::from_millis(80);

/// Says everything back.
async fn echo() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut reads, mut writes) = stream.split();
                let _ = tokio::io::copy(&mut reads, &mut writes).await;
            });
        }
    });
    address
}

async fn line() -> (Proxy, TcpStream) {
    let proxy = Proxy::to(echo().await).unwrap();
    let stream = TcpStream::connect(proxy.address()).await.unwrap();
    (proxy, stream)
}

async fn says(stream: &mut TcpStream, words: &[u8]) {
    stream.write_all(words).await.unwrap();
}

async fn hears(stream: &mut TcpStream, words: &[u8]) {
    let mut heard = vec![0; words.len()];
    let read = timeout(PATIENCE, stream.read_exact(&mut heard)).await;
    read.unwrap().unwrap();
    assert_eq!(heard, words);
}

async fn hears_nothing(stream: &mut TcpStream) {
    let mut heard = [0];
    let read = timeout(MOMENT, stream.read(&mut heard)).await;
    assert!(read.is_err(), "{read:?}");
}

#[tokio::test]
async fn in_fair_weather_everything_passes_and_an_end_is_an_end() {
    let (_proxy, mut stream) = line().await;
    let long = vec![7; 200_000];
    let (mut reads, mut writes) = stream.split();
    let mut heard = Vec::new();
    let (said, read) = tokio::join!(
        async {
            writes.write_all(&long).await?;
            writes.shutdown().await
        },
        timeout(PATIENCE, reads.read_to_end(&mut heard)),
    );
    said.unwrap();
    read.unwrap().unwrap();
    assert_eq!(heard, long);
}

#[tokio::test]
async fn what_was_sent_into_a_parted_line_arrives_when_it_is_over() {
    let (proxy, mut stream) = line().await;
    says(&mut stream, b"one").await;
    hears(&mut stream, b"one").await;
    proxy.set(Weather::Parted);
    says(&mut stream, b"two").await;
    hears_nothing(&mut stream).await;
    proxy.set(Weather::Fair);
    hears(&mut stream, b"two").await;
}

#[tokio::test]
async fn whoever_comes_while_the_line_is_parted_waits() {
    let proxy = Proxy::to(echo().await).unwrap();
    proxy.set(Weather::Parted);
    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    says(&mut stream, b"late").await;
    hears_nothing(&mut stream).await;
    proxy.set(Weather::Fair);
    hears(&mut stream, b"late").await;
}

#[tokio::test]
async fn a_line_that_is_deaf_one_way_passes_the_other() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let proxy = Proxy::to(listener.local_addr().unwrap()).unwrap();
    let mut near = TcpStream::connect(proxy.address()).await.unwrap();
    let (mut far, _) = listener.accept().await.unwrap();
    proxy.set(Weather::Deaf(Way::Back));
    says(&mut near, b"there").await;
    hears(&mut far, b"there").await;
    says(&mut far, b"back").await;
    hears_nothing(&mut near).await;
    proxy.set(Weather::Deaf(Way::There));
    hears(&mut near, b"back").await;
    says(&mut near, b"again").await;
    hears_nothing(&mut far).await;
}

#[tokio::test]
async fn a_slow_line_takes_its_time_each_way() {
    let (proxy, mut stream) = line().await;
    let late = Duration::from_millis(60);
    proxy.set(Weather::Slow(late));
    let begun = Instant::now();
    says(&mut stream, b"slow").await;
    hears(&mut stream, b"slow").await;
    assert!(begun.elapsed() >= late * 2, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_reset_ends_open_connections_and_no_later_ones() {
    let (proxy, mut stream) = line().await;
    says(&mut stream, b"one").await;
    hears(&mut stream, b"one").await;
    proxy.reset();
    let read = timeout(PATIENCE, stream.read(&mut [0])).await.unwrap();
    assert!(read.is_err(), "a reset is no goodbye: {read:?}");
    let mut next = TcpStream::connect(proxy.address()).await.unwrap();
    says(&mut next, b"two").await;
    hears(&mut next, b"two").await;
}

#[tokio::test]
async fn a_dropped_proxy_takes_its_connections_with_it() {
    let (proxy, mut stream) = line().await;
    says(&mut stream, b"one").await;
    hears(&mut stream, b"one").await;
    let address = proxy.address();
    drop(proxy);
    let read = timeout(PATIENCE, stream.read(&mut [0])).await.unwrap();
    assert!(!matches!(read, Ok(1..)), "{read:?}");
    let refused = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, refused).await.unwrap();
}

#[tokio::test]
async fn later_connections_lead_to_where_the_line_points_now() {
    let proxy = Proxy::to(echo().await).unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    proxy.point_at(listener.local_addr().unwrap());
    let mut near = TcpStream::connect(proxy.address()).await.unwrap();
    let (mut far, _) = timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
    says(&mut near, b"new").await;
    hears(&mut far, b"new").await;
}
