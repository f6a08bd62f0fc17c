//! More calls than a program has places for: refused at once, with a time to come back at.

use std::time::{Duration, Instant};

use chassis::client::Connection;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;

use super::instance::{Instance, call, connect};

#[tokio::test(flavor = "multi_thread")]
async fn a_call_too_many_is_told_when_to_come_back_and_health_is_answered() {
    let instance = Instance::new(None, 2).await;
    let connection = connect(None, &[&instance]);
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let connection = connection.clone();
            tokio::spawn(async move { call(&connection, "Wait", "").await })
        })
        .collect();
    let (refused, took) = refusal(&connection).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    let info = refused.get_details_error_info().unwrap();
    assert_eq!(info.reason, "TOO_BUSY");
    let retry = refused.get_details_retry_info().unwrap();
    assert!(retry.retry_delay.unwrap() > Duration::ZERO);

    let health = HealthClient::new(connection.clone())
        .check(HealthCheckRequest {
            service: "x-svc".into(),
        })
        .await;
    let serving = tonic_health::ServingStatus::Serving as i32;
    assert_eq!(health.unwrap().get_ref().status, serving);

    // A place that becomes free is taken again.
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
    let begun = Instant::now();
    while call(&connection, "Sign", "").await.code() != Code::Ok {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "never free again"
        );
    }
}

/// Calls until both places are taken.
async fn refusal(connection: &Connection) -> (Status, Duration) {
    let begun = Instant::now();
    loop {
        let asked = Instant::now();
        let status = call(connection, "Sign", "").await;
        if status.code() == Code::ResourceExhausted {
            return (status, asked.elapsed());
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "never refused");
    }
}
