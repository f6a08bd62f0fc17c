//! Certificates and their authority are replaced while calls are made.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chassis::tls::SERVICE_URI;
use tonic::Code;

use super::certificates::Authority;
use super::instance::{Instance, code, connect, tls};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_authority_takes_over_and_no_call_notices() {
    chassis::tls::use_ring();
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (old, new) = (Authority::new(), Authority::new());
    let (x, y) = (format!("{SERVICE_URI}x-svc"), format!("{SERVICE_URI}y-svc"));
    let (shown, calling) = (old.files(at, "x", &x), old.files(at, "y", &y));
    let instance = Instance::new(Some(tls(shown.clone())), 1000).await;
    let caller = tls(calling.clone());

    let is_over = Arc::new(AtomicBool::new(false));
    let load = {
        let (connection, is_over) = (connect(Some(caller.clone()), &[&instance]), is_over.clone());
        tokio::spawn(async move {
            while !is_over.load(Ordering::SeqCst) {
                assert_eq!(code(&connection, "Sign", "").await, Code::Ok);
            }
        })
    };
    let fresh = async || {
        let connection = connect(Some(caller.clone()), &[&instance]);
        code(&connection, "Sign", "").await
    };

    let both = format!("{}{}", old.pem, new.pem);
    for files in [&shown, &calling] {
        std::fs::write(&files.authority, &both).unwrap();
    }
    // A stranger of the new authority is let in as soon as the new authority is believed.
    let newcomer = tls({
        let files = new.files(at, "newcomer", &y);
        std::fs::write(&files.authority, &both).unwrap();
        files
    });
    until(async || {
        let connection = connect(Some(newcomer.clone()), &[&instance]);
        code(&connection, "Sign", "").await == Code::Ok
    })
    .await;
    new.renew(&shown, &x, 2045);
    new.renew(&calling, &y, 2045);
    // Who believes only the new one gets an answer as soon as the new certificate is shown.
    let strict = tls(new.files(at, "strict", &y));
    until(async || {
        let connection = connect(Some(strict.clone()), &[&instance]);
        code(&connection, "Sign", "").await == Code::Ok
    })
    .await;
    for files in [&shown, &calling] {
        std::fs::write(&files.authority, &new.pem).unwrap();
    }
    let bygone = tls({
        let files = old.files(at, "bygone", &y);
        std::fs::write(&files.authority, &both).unwrap();
        files
    });
    until(async || {
        let connection = connect(Some(bygone.clone()), &[&instance]);
        code(&connection, "Sign", "").await == Code::Unavailable
    })
    .await;
    assert_eq!(fresh().await, Code::Ok);

    // Half a change is no change.
    std::fs::write(&shown.key, "nonsense").unwrap();
    assert_eq!(fresh().await, Code::Ok);
    is_over.store(true, Ordering::SeqCst);
    load.await.unwrap();
}

async fn until(mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < Duration::from_secs(30), "never");
        tokio::task::yield_now().await;
    }
}
