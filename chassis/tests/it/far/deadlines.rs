//! Nothing hangs, and what is left of a call's time goes with the calls made for it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::routing::post;
use chassis::client::LocalNet;
use chassis::policy::{Allow, Row};
use http::HeaderMap;
use tonic::{Code, Status};

use super::instance::{Instance, call_within, connect, guarded};

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_answer_is_waited_for_until_the_deadline_and_no_longer() {
    let instance = Instance::plain().await;
    let connection = connect(None, &[&instance]);
    let begun = Instant::now();
    let answer = call_within(&connection, "Wait", "", Some("300m")).await;
    assert_eq!(answer.code(), Code::DeadlineExceeded);
    let took = begun.elapsed();
    // The instance says so a moment before whoever asked would.
    assert!(took >= Duration::from_millis(280), "{took:?}");
    assert!(took < Duration::from_millis(300 + 1500), "{took:?}");
}

const ROWS: &[Row] = &[("/x.v1.Things/Get", &[Allow::Anyone])];

#[tokio::test]
async fn a_deadline_shrinks_from_hop_to_hop() {
    let net = LocalNet::default();
    let told = Arc::new(Mutex::new(None));
    let inner = {
        let told = told.clone();
        axum::Router::new().route(
            "/x.v1.Things/Get",
            post(move |headers: HeaderMap| async move {
                *told.lock().unwrap() = headers.get("grpc-timeout").cloned();
                Status::ok("").into_http::<axum::body::Body>()
            }),
        )
    };
    let outer = {
        let inner = net.connect("inner");
        axum::Router::new().route(
            "/x.v1.Things/Get",
            post(move || async move {
                // It asks for more time than it has.
                let status = call_within(&inner, "Get", "", Some("9S")).await;
                status.into_http::<axum::body::Body>()
            }),
        )
    };
    net.add("inner", guarded(ROWS, inner));
    net.add("outer", guarded(ROWS, outer));
    let answer = call_within(&net.connect("outer"), "Get", "", Some("700m")).await;
    assert_eq!(answer.code(), Code::Ok);
    let told = told.lock().unwrap().clone().unwrap();
    let left: u32 = told
        .to_str()
        .unwrap()
        .trim_end_matches('m')
        .parse()
        .unwrap();
    assert!(left <= 700, "{left} of 700");
}
