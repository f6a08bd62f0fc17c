//! Server-sent events over real connections: slow listeners, HTTP/1.1 and 2, and the drain.

use std::time::Duration;

use bytes::Bytes;
use gateway::GatewayConfig;
use gateway::events::StreamRules;
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::stage::{GOOD_TOKEN, Stage, far_streaming_stage};
use crate::streams::serve;
use crate::weather::sky;

const SKY: &str = "/v1/skies/almaty/watch";

fn stage() -> Stage {
    let streams = StreamRules {
        heartbeat: Duration::from_secs(3600),
        recheck: Duration::from_secs(3600),
        ..StreamRules::default()
    };
    far_streaming_stage(GatewayConfig {
        streams,
        ..GatewayConfig::default()
    })
}

async fn listen(address: std::net::SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    // Little may wait on the way to it.
    socket.set_recv_buffer_size(4096).expect("a small buffer");
    let mut stream = socket.connect(address).await.expect("a connection");
    let head = format!(
        "GET {SKY} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {GOOD_TOKEN}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream
}

/// Reads until the text was seen, or to the end.
async fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let (mut all, mut part) = (Vec::new(), vec![0; 64 * 1024]);
    let mut looked = 0;
    // A letter may come in two parts, so only the whole is read as text.
    while !String::from_utf8_lossy(&all[looked..]).contains(text) {
        looked = all.len().saturating_sub(text.len());
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => break,
            Ok(read) => all.extend_from_slice(&part[..read]),
        }
    }
    String::from_utf8(all).expect("text")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_that_does_not_keep_up_is_let_go_and_others_hear_all() {
    let stage = stage();
    let (address, ..) = serve(&stage).await;
    let mut slow = listen(address).await;
    let mut quick = listen(address).await;
    let call = stage.weather.opened().await;
    let first = "x".repeat(1000);
    call.say(&sky(&first, "0"));
    for listener in [&mut slow, &mut quick] {
        assert!(read_until(listener, &first).await.contains("event: sky"));
    }
    // More than the buffers on the way hold, and more events than may wait.
    let large = "x".repeat(40_000);
    for number in 1..=250 {
        call.say(&sky(&format!("{large}{number}."), "1"));
        let end = format!("x{number}.");
        assert!(read_until(&mut quick, &end).await.contains(&end));
    }
    // The end is a proper one, so the page comes back by itself.
    let heard = read_until(&mut slow, "\r\n0\r\n\r\n").await;
    assert!(heard.ends_with("\r\n0\r\n\r\n"));
    assert!(heard.contains("event: problem") && heard.contains("TOO_BUSY"));
    let events = heard.matches("event: sky").count();
    assert!(events < 250, "{events}");
}

#[tokio::test]
async fn a_gateway_that_closes_ends_its_streams_properly() {
    let stage = stage();
    let (address, stop, task) = serve(&stage).await;
    let mut page = listen(address).await;
    let call = stage.weather.opened().await;
    call.say(&sky("blue", "1"));
    read_until(&mut page, "blue").await;
    stop.cancel();
    let rest = read_until(&mut page, "0\r\n\r\n").await;
    assert!(rest.ends_with("0\r\n\r\n"), "{rest}");
    task.await.expect("no panic").expect("a clean end");
    call.left_alone().await;
}

#[tokio::test]
async fn one_connection_of_http_2_carries_several_streams() {
    let stage = stage();
    let (address, stop, task) = serve(&stage).await;
    let stream = TcpStream::connect(address).await.expect("a connection");
    let (mut client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .expect("a handshake");
    tokio::spawn(connection);
    let mut pages = Vec::new();
    for _ in 0..3 {
        let request = http::Request::get(format!("http://localhost{SKY}"))
            .header("authorization", format!("Bearer {GOOD_TOKEN}"))
            .body(Empty::<Bytes>::new())
            .expect("a request");
        let response = client.send_request(request).await.expect("an answer");
        assert_eq!(response.status(), 200);
        pages.push(response.into_body());
    }
    let call = stage.weather.opened().await;
    call.say(&sky("blue", "1"));
    for page in &mut pages {
        let mut text = String::new();
        while !text.contains("blue") {
            let frame = page.frame().await.expect("a frame").expect("whole");
            text += std::str::from_utf8(frame.data_ref().expect("bytes")).expect("text");
        }
    }
    stop.cancel();
    for page in &mut pages {
        while let Some(frame) = page.frame().await {
            frame.expect("a proper end");
        }
    }
    drop(client);
    task.await.expect("no panic").expect("a clean end");
}
