//! Who may connect to whom: everybody but the right one is refused before any call is handled.

use std::time::Duration;

use chassis::tls::{PARTNER_URI, SERVICE_URI, Tls};
use futures_util::future::{join_all, try_join_all};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tonic::Code;

use super::certificates::Authority;
use super::instance::{Instance, code, connect, tls};

fn service(name: &str) -> String {
    format!("{SERVICE_URI}{name}")
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_known_service_of_our_authority_may_call() {
    chassis::tls::use_ring();
    let folder = tempfile::tempdir().unwrap();
    let (ours, foreign) = (Authority::new(), Authority::new());
    let at = folder.path();
    let instance = Instance::new(Some(tls(ours.files(at, "x", &service("x-svc")))), 9).await;
    let refused = [
        ours.files_until(at, "expired", &service("y-svc"), 2021),
        ours.files(at, "unknown", &service("z-svc")),
        ours.files(at, "partner", &format!("{PARTNER_URI}y-svc")),
        ours.files(at, "nobody", "urn:else:y-svc"),
        {
            let files = foreign.files(at, "foreign", &service("y-svc"));
            // It believes us; we don't believe it.
            std::fs::write(&files.authority, &ours.pem).unwrap();
            files
        },
    ];
    let calls = refused.map(async |files| {
        let connection = connect(Some(tls(files)), &[&instance]);
        code(&connection, "Sign", "").await
    });
    assert_eq!(join_all(calls).await, [Code::Unavailable; 5]);
    assert_eq!(instance.handled(), 0);

    let good = tls(ours.files(at, "good", &service("y-svc")));
    let connection = connect(Some(good), &[&instance]);
    assert_eq!(code(&connection, "Sign", "").await, Code::Ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_reaches_only_the_service_that_it_wants() {
    chassis::tls::use_ring();
    let folder = tempfile::tempdir().unwrap();
    let (ours, foreign) = (Authority::new(), Authority::new());
    let at = folder.path();
    let other = tls(ours.files(at, "other", &service("other-svc")));
    let expired = tls(ours.files_until(at, "old", &service("x-svc"), 2021));
    let stranger = {
        let files = foreign.files(at, "stranger", &service("x-svc"));
        std::fs::write(&files.authority, &ours.pem).unwrap();
        tls(files)
    };
    let caller = tls(ours.files(at, "y", &service("y-svc")));
    let calls = [other, expired, stranger].map(async |shown: Tls| {
        let instance = Instance::new(Some(shown), 9).await;
        let connection = connect(Some(caller.clone()), &[&instance]);
        (code(&connection, "Sign", "").await, instance.handled())
    });
    assert_eq!(join_all(calls).await, [(Code::Unavailable, 0); 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_holds_nobody_up_and_is_left_after_a_while() {
    chassis::tls::use_ring();
    let folder = tempfile::tempdir().unwrap();
    let ours = Authority::new();
    let at = folder.path();
    let instance = Instance::new(Some(tls(ours.files(at, "x", &service("x-svc")))), 9).await;
    let address = instance.url.trim_start_matches("https://").to_owned();
    let silent = (0..64).map(|_| TcpStream::connect(address.clone()));
    let mut silent = try_join_all(silent).await.unwrap();

    let good = tls(ours.files(at, "good", &service("y-svc")));
    let connection = connect(Some(good), &[&instance]);
    assert_eq!(code(&connection, "Sign", "").await, Code::Ok);

    let left = join_all(silent.iter_mut().map(async |stream| {
        let mut byte = [0];
        stream.read(&mut byte).await.unwrap_or_default()
    }));
    let left = tokio::time::timeout(Duration::from_secs(30), left).await;
    assert!(left.unwrap().iter().all(|bytes| *bytes == 0));
}

#[tokio::test]
async fn files_that_do_not_belong_together_are_told_at_the_start() {
    chassis::tls::use_ring();
    let folder = tempfile::tempdir().unwrap();
    let ours = Authority::new();
    let mut files = ours.files(folder.path(), "x", &service("x-svc"));
    files.key = ours.files(folder.path(), "y", &service("y-svc")).key;
    assert!(Tls::read(files.clone()).is_err());
    files.key = folder.path().join("nowhere");
    assert!(Tls::read(files).is_err());
}
