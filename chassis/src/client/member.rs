//! One instance of a service: a connection that is kept up, and how it has been doing lately.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use anyhow::Context;
use http::uri::Authority;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

use super::http2::{Sender, begin};
use crate::jobs::pause;
use crate::lanes::{self, Lanes};
use crate::tls::Tls;

/// To connect and to shake hands; longer means that nobody is there.
const CONNECT: Duration = Duration::from_secs(2);

/// Between two tries to connect, at first and at most.
const TRY_AGAIN: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// How long an instance that failed is left alone, at first and at most.
const REST: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));

/// So many failures in a row let it rest.
const FAILURES: u32 = 2;

/// One instance.
pub(crate) struct Member {
    pub address: SocketAddr,
    /// The same as requests write it.
    pub authority: Option<Authority>,
    /// Of each lane its own; there while it is connected.
    senders: Vec<RwLock<Option<Sender>>>,
    under_way: AtomicUsize,
    health: Mutex<Health>,
    /// Cancelled when nobody wants it any more.
    stop: CancellationToken,
}

#[derive(Default)]
struct Health {
    failures: u32,
    rests_until: Option<Instant>,
}

/// How an instance is reached.
#[derive(Clone)]
pub(crate) struct Dial {
    pub service: &'static str,
    pub tls: Option<Tls>,
    pub lanes: Lanes,
    /// Told when an instance is there.
    pub news: Arc<Notify>,
}

/// A call under way with an instance.
pub(crate) struct UnderWay(Arc<Member>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Member {
    /// An instance to which a connection is kept up until the value is let go.
    pub fn at(address: SocketAddr, dial: Dial) -> Arc<Self> {
        let member = Arc::new(Self {
            address,
            authority: Authority::try_from(address.to_string()).ok(),
            senders: (0..dial.lanes.count()).map(|_| RwLock::default()).collect(),
            under_way: AtomicUsize::new(0),
            health: Mutex::default(),
            stop: CancellationToken::new(),
        });
        for (lane, runtime) in dial.lanes.runtimes() {
            runtime.spawn(keep_up(member.clone(), lane, dial.clone()));
        }
        tokio::spawn(keep_up(member.clone(), 0, dial));
        member
    }

    pub fn let_go(&self) {
        self.stop.cancel();
    }

    /// What calls are sent by, while it is connected: best by the connection of this lane.
    pub fn sender(&self) -> Option<Sender> {
        let ready = |lane: usize| {
            let sender = self.senders.get(lane)?.read();
            let sender = sender.unwrap_or_else(|e| e.into_inner());
            sender.as_ref().filter(|sender| sender.is_open()).cloned()
        };
        ready(lanes::here()).or_else(|| ready(0))
    }

    pub fn begin(self: &Arc<Self>) -> UnderWay {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        UnderWay(self.clone())
    }

    pub fn under_way(&self) -> usize {
        self.under_way.load(Ordering::Relaxed)
    }

    pub fn rests(&self) -> bool {
        let health = self.health.lock().unwrap_or_else(|e| e.into_inner());
        health
            .rests_until
            .is_some_and(|until| Instant::now() < until)
    }

    /// It answered.
    pub fn did_well(&self) {
        let mut health = self.health.lock().unwrap_or_else(|e| e.into_inner());
        *health = Health::default();
    }

    /// It could not answer. After some of these it rests, longer each time.
    pub fn failed(&self) {
        let mut health = self.health.lock().unwrap_or_else(|e| e.into_inner());
        health.failures = health.failures.saturating_add(1);
        if let Some(times) = health.failures.checked_sub(FAILURES) {
            let rest = REST.0 * 2_u32.pow(times.min(8));
            health.rests_until = Some(Instant::now() + rest.min(REST.1));
        }
    }

    fn set(&self, lane: usize, sender: Option<Sender>) {
        if let Some(place) = self.senders.get(lane) {
            *place.write().unwrap_or_else(|e| e.into_inner()) = sender;
        }
    }
}

/// Connects one lane, and again after every loss, until the instance is let go.
async fn keep_up(member: Arc<Member>, lane: usize, dial: Dial) {
    let mut wait = TRY_AGAIN.0;
    loop {
        let connected = tokio::time::timeout(CONNECT, connect(member.address, &dial));
        let connected = tokio::select! {
            () = member.stop.cancelled() => return,
            connected = connected => connected.context("no answer in time").and_then(|it| it),
        };
        match connected {
            Ok(sender) => {
                wait = TRY_AGAIN.0;
                let closing = sender.closing();
                member.set(lane, Some(sender));
                dial.news.notify_waiters();
                tokio::select! {
                    // Calls under way hold the connection for as long as they need.
                    () = member.stop.cancelled() => return member.set(lane, None),
                    () = closing.cancelled() => member.set(lane, None),
                }
                tracing::debug!(service = dial.service, address = %member.address, "a connection ended");
            }
            Err(error) => {
                tracing::debug!(service = dial.service, address = %member.address, error = format!("{error:#}"), "no connection");
                wait = (wait * 2).min(TRY_AGAIN.1);
            }
        }
        tokio::select! {
            () = member.stop.cancelled() => return,
            () = pause(wait) => {}
        }
    }
}

/// A connection by the certificates of this moment.
async fn connect(address: SocketAddr, dial: &Dial) -> anyhow::Result<Sender> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let Some(tls) = &dial.tls else {
        return Ok(begin(stream).await?);
    };
    let host = ServerName::try_from(dial.service)?;
    let connector = TlsConnector::from(tls.client(dial.service)?);
    let stream = connector.connect(host, stream).await;
    Ok(begin(stream.context("the handshake failed")?).await?)
}
