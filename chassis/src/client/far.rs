//! Services on other machines: several instances each, found by address or name, and of two that are
//! well the one with less to do.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock, Weak};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use futures_util::future::BoxFuture;
use http::Uri;
use http::uri::{Authority, Scheme};
use tokio::sync::Notify;

use super::budget::Budget;
use super::calls::Calls;
use super::http2::Sender;
use super::member::{Dial, Member};
use super::{Connection, Via};
use crate::jobs::pause;
use crate::lanes::Lanes;
use crate::tls::Tls;

/// How often names are looked up again: instances come and go.
const LOOK_UP: Duration = Duration::from_secs(5);

/// A resolver that is silent for so long has no answer.
const LOOKED_UP: Duration = Duration::from_secs(5);

/// Finds the addresses of a host and a port.
pub type Resolve =
    Arc<dyn Fn(String, u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// How names become addresses.
#[derive(Clone)]
struct Names {
    resolve: Resolve,
    every: Duration,
}

impl Names {
    /// As the machine does it.
    fn of_machine() -> Self {
        let resolve: Resolve = Arc::new(|host, port| {
            Box::pin(async move {
                let found = tokio::net::lookup_host((host, port)).await?;
                Ok(found.collect())
            })
        });
        Self {
            resolve,
            every: LOOK_UP,
        }
    }

    async fn find(&self, target: &Authority) -> io::Result<Vec<SocketAddr>> {
        let port = target.port_u16().unwrap_or_default();
        let host = target.host().trim_matches(['[', ']']).to_owned();
        let found = tokio::time::timeout(LOOKED_UP, (self.resolve)(host, port)).await;
        let found = found.map_err(|_silent| io::Error::from(io::ErrorKind::TimedOut))??;
        match found.is_empty() {
            true => Err(io::Error::from(io::ErrorKind::NotFound)),
            false => Ok(found),
        }
    }
}

/// Services on other machines, all reached by the same certificate.
#[derive(Clone)]
pub struct FarNet {
    calls: Arc<Calls>,
    tls: Option<Tls>,
    names: Names,
    lanes: Lanes,
}

impl FarNet {
    /// `descriptor` is the contract: it says which calls may be sent again. Without `tls` only this
    /// machine is reached.
    ///
    /// # Errors
    /// If it is no contract.
    pub fn new(descriptor: &[u8], tls: Option<Tls>) -> anyhow::Result<Self> {
        Ok(Self {
            calls: Arc::new(Calls::read(descriptor)?),
            tls,
            names: Names::of_machine(),
            lanes: Lanes::default(),
        })
    }

    /// The same with another way from names to addresses, gone so often.
    pub fn resolving(self, resolve: Resolve, every: Duration) -> Self {
        let names = Names { resolve, every };
        Self { names, ..self }
    }

    /// The same with connections of its own for each lane.
    pub fn in_lanes(self, lanes: Lanes) -> Self {
        Self { lanes, ..self }
    }

    /// A connection to a service at one or more addresses with commas between:
    /// `https://host:port`, where a name stands for every address that it has.
    ///
    /// # Errors
    /// If an address is wrong, or would be reached in plain text though it is elsewhere.
    pub fn connect(&self, service: &'static str, urls: &str) -> anyhow::Result<Connection> {
        let mut targets = Vec::new();
        for url in urls.split(',').map(str::trim).filter(|url| !url.is_empty()) {
            let target = target(url, self.tls.is_some());
            targets.push(target.with_context(|| format!("{url:?}, an address of {service}"))?);
        }
        ensure!(!targets.is_empty(), "{service} has no address");
        let instances = Instances::new(service, targets, self);
        Ok(Connection::via(service, Via::Far(instances)))
    }
}

/// A host and a port.
fn target(url: &str, with_tls: bool) -> anyhow::Result<Authority> {
    let url: Uri = url.parse().context("no address")?;
    let host = url.host().context("it names no host")?.to_owned();
    ensure!(url.port().is_some(), "it names no port");
    ensure!(
        url.path().len() <= 1 && url.query().is_none(),
        "it has a path"
    );
    if url.scheme() == Some(&Scheme::HTTPS) {
        ensure!(
            with_tls,
            "https needs a certificate, its key and an authority"
        );
    } else if url.scheme() == Some(&Scheme::HTTP) {
        ensure!(!with_tls, "there are certificates: it must be https");
        ensure!(
            is_here(&host),
            "plain text must not leave this machine: use https, with a certificate, its key and an authority"
        );
    } else {
        bail!("it begins with https:// or, on this machine, http://");
    }
    url.into_parts().authority.context("it names no host")
}

fn is_here(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// The instances of one service.
pub(crate) struct Instances {
    pub service: &'static str,
    pub calls: Arc<Calls>,
    pub budget: Budget,
    /// What requests say they are for.
    pub scheme: Scheme,
    /// What was named, and where that was found last.
    targets: Vec<(Authority, Mutex<Vec<SocketAddr>>)>,
    names: Names,
    members: RwLock<Vec<Arc<Member>>>,
    dial: Dial,
    turn: AtomicUsize,
}

impl Instances {
    fn new(service: &'static str, targets: Vec<Authority>, net: &FarNet) -> Arc<Self> {
        let instances = Arc::new(Self {
            service,
            calls: net.calls.clone(),
            budget: Budget::default(),
            scheme: match net.tls {
                Some(_) => Scheme::HTTPS,
                None => Scheme::HTTP,
            },
            targets: targets
                .into_iter()
                .map(|target| (target, Mutex::default()))
                .collect(),
            names: net.names.clone(),
            members: RwLock::default(),
            dial: Dial {
                service,
                tls: net.tls.clone(),
                lanes: net.lanes.clone(),
                news: Arc::new(Notify::new()),
            },
            turn: AtomicUsize::new(0),
        });
        tokio::spawn(look_up_again(Arc::downgrade(&instances)));
        instances
    }

    /// An instance to send a call to, and how; not one of those that were tried, if there is another.
    /// One that rests is taken only where all do: then nobody knows better.
    pub fn pick(&self, tried: &[SocketAddr]) -> Option<(Arc<Member>, Sender)> {
        let members = self.members.read().unwrap_or_else(|e| e.into_inner());
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let count = members.len();
        let in_turn = (0..count).map(|at| &members[(turn + at) % count]);
        let connected = in_turn.filter_map(|member| Some((member, member.sender()?)));
        let best = connected.min_by_key(|(member, _)| {
            let was_tried = tried.contains(&member.address);
            (was_tried, member.rests(), member.under_way())
        });
        best.map(|(member, sender)| (member.clone(), sender))
    }

    /// The same, waiting a while for an instance to come up.
    pub async fn pick_in(
        &self,
        patience: Duration,
        tried: &[SocketAddr],
    ) -> Option<(Arc<Member>, Sender)> {
        let come = async {
            loop {
                let news = self.dial.news.notified();
                tokio::pin!(news);
                // From here on no news is missed.
                news.as_mut().enable();
                if let Some(picked) = self.pick(tried) {
                    return picked;
                }
                news.await;
            }
        };
        tokio::time::timeout(patience, come).await.ok()
    }

    async fn look_up(&self) {
        let asked = self.targets.iter().map(|(target, last)| async move {
            let found = self.names.find(target).await;
            let mut last = last.lock().unwrap_or_else(|e| e.into_inner());
            match found {
                Ok(addresses) => *last = addresses,
                // Who was there before may be there still.
                Err(error) => {
                    let host = target.host();
                    tracing::warn!(service = self.service, host, %error, "a name was not found");
                }
            }
            last.clone()
        });
        let found = futures_util::future::join_all(asked).await;
        let mut found: BTreeSet<SocketAddr> = found.into_iter().flatten().collect();
        let mut members = self.members.write().unwrap_or_else(|e| e.into_inner());
        members.retain(|member| {
            let stays = found.remove(&member.address);
            if !stays {
                member.let_go();
            }
            stays
        });
        let new = found.into_iter();
        members.extend(new.map(|address| Member::at(address, self.dial.clone())));
    }
}

impl Drop for Instances {
    fn drop(&mut self) {
        let members = self.members.get_mut().unwrap_or_else(|e| e.into_inner());
        members.iter().for_each(|member| member.let_go());
    }
}

async fn look_up_again(instances: Weak<Instances>) {
    loop {
        let Some(now) = instances.upgrade() else {
            return;
        };
        now.look_up().await;
        let every = now.names.every;
        drop(now);
        pause(every).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stays_on_this_machine() {
        for good in [
            "http://127.0.0.1:1",
            "http://localhost:50051",
            "http://[::1]:1/",
        ] {
            assert!(target(good, false).is_ok(), "{good}");
        }
        for bad in [
            "http://10.0.0.1:50051",
            "http://testing-svc:50051",
            "https://127.0.0.1:1",
            "127.0.0.1:1",
            "http://127.0.0.1",
            "http://127.0.0.1:1/path",
            "ftp://127.0.0.1:1",
            "",
        ] {
            assert!(target(bad, false).is_err(), "{bad}");
        }
    }

    #[test]
    fn with_certificates_everything_is_https() {
        assert!(target("https://testing-svc.suite.internal:50051", true).is_ok());
        assert!(target("http://127.0.0.1:1", true).is_err());
    }
}
