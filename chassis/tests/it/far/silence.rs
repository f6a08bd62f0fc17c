//! An instance that is connected and stands still.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chassis::client::FarNet;
use tokio::net::TcpListener;

use super::instance::contract;
use crate::world::until;

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_gives_no_sign_of_life_is_replaced() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::<AtomicUsize>::default();
    let count = connections.clone();
    tokio::spawn(async move {
        let mut still = Vec::new();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            // It shakes hands, and answers nothing after that.
            still.push(h2::server::handshake(stream).await.unwrap());
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    let net = FarNet::new(contract(), None).unwrap();
    let connection = net.connect("x-svc", &url).unwrap();
    // Nobody calls: it is missed all the same.
    until("another connection", || {
        connections.load(Ordering::SeqCst) > 1
    })
    .await;
    drop(connection);
}
