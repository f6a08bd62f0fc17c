//! Instances that come and go behind a name.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chassis::client::{Connection, FarNet, Resolve};
use http::Uri;
use tonic::Code;

use super::instance::{Instance, code, contract};

/// What a resolver knows, by the port that is asked for; it has no answer for any other.
#[derive(Clone, Default)]
struct Zone(Arc<Mutex<HashMap<u16, Vec<SocketAddr>>>>);

impl Zone {
    fn set(&self, port: u16, instances: &[&Instance]) {
        let addresses = instances.iter().map(|instance| {
            let url: Uri = instance.url.parse().unwrap();
            url.authority().unwrap().as_str().parse().unwrap()
        });
        self.0.lock().unwrap().insert(port, addresses.collect());
    }

    fn forget(&self, port: u16) {
        self.0.lock().unwrap().remove(&port);
    }

    /// A service whose instances stand behind two names.
    fn connect(&self) -> Connection {
        let zone = self.0.clone();
        let resolve: Resolve = Arc::new(move |_host, port| {
            let known = zone.lock().unwrap().get(&port).cloned();
            let found = known.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound));
            Box::pin(std::future::ready(found))
        });
        let net = FarNet::new(contract(), None).unwrap();
        let net = net.resolving(resolve, Duration::from_millis(10));
        net.connect("x-svc", "http://localhost:1,http://localhost:2")
            .unwrap()
    }
}

/// Calls until it is so; no call fails meanwhile.
async fn calls_until(connection: &Connection, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert_eq!(code(connection, "Get", "").await, Code::Ok);
        assert!(begun.elapsed() < Duration::from_secs(30), "it never was so");
    }
}

/// Calls again and again, and gives how many of the last hundred went there.
async fn share(connection: &Connection, instance: &Instance) -> usize {
    let before = instance.handled();
    for _ in 0..100 {
        assert_eq!(code(connection, "Get", "").await, Code::Ok);
    }
    instance.handled() - before
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_that_come_and_go_behind_a_name_are_found_and_left() {
    let (old, new) = (Instance::plain().await, Instance::plain().await);
    let zone = Zone::default();
    zone.set(1, &[&old]);
    zone.set(2, &[&old]);
    let connection = zone.connect();
    calls_until(&connection, || old.handled() > 0).await;

    zone.set(1, &[&old, &new]);
    calls_until(&connection, || new.handled() > 0).await;

    zone.set(1, &[&new]);
    zone.set(2, &[&new]);
    let begun = Instant::now();
    while share(&connection, &old).await > 0 {
        assert!(begun.elapsed() < Duration::from_secs(30), "nobody left it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_not_found_for_a_while_costs_nobody_and_holds_up_no_other_name() {
    let (first, second, third) = (
        Instance::plain().await,
        Instance::plain().await,
        Instance::plain().await,
    );
    let zone = Zone::default();
    zone.set(1, &[&first]);
    zone.set(2, &[&second]);
    let connection = zone.connect();
    let both = || first.handled() > 0 && second.handled() > 0;
    calls_until(&connection, both).await;

    // The name of the first is gone from the zone; the first is not gone.
    zone.forget(1);
    zone.set(2, &[&third]);
    calls_until(&connection, || third.handled() > 0).await;
    assert!(share(&connection, &first).await > 0);

    // Nothing is where a name has no address, as with a name that is not found.
    zone.set(1, &[]);
    let before = third.handled();
    calls_until(&connection, || third.handled() > before + 20).await;
    assert!(share(&connection, &first).await > 0);
}
