//! A TCP proxy between two programs, and the weather on its line.

use std::io;
use std::net::{SocketAddr, TcpListener as Listener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::wire::{self, Backend, Frontend, Manners};
use crate::season::patience::pause;

/// How a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    Fair,
    /// Every piece arrives this much later.
    Slow(Duration),
    /// Nothing passes, and nobody is told: as where packets are lost. What was sent meanwhile arrives
    /// when it is over, if somebody still waits for it.
    Parted,
    /// Only this way nothing passes.
    Deaf(Way),
}

/// Seen from whoever called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    There,
    Back,
}

impl Weather {
    fn lets_through(self, way: Way) -> bool {
        match self {
            Self::Fair | Self::Slow(_) => true,
            Self::Parted => false,
            Self::Deaf(deaf) => deaf != way,
        }
    }
}

/// Gone, with all its connections, when it is dropped.
pub struct Proxy {
    address: SocketAddr,
    line: Arc<Line>,
    accepting: JoinHandle<()>,
}

struct Line {
    target: Mutex<SocketAddr>,
    weather: watch::Sender<Weather>,
    resets: watch::Sender<u64>,
    manners: Manners,
}

impl Proxy {
    /// A line to this address, from a port of its own. Needs a runtime around it.
    pub fn to(target: SocketAddr) -> io::Result<Self> {
        Self::with_manners(target, Manners::default())
    }

    /// The same for PostgreSQL, with manners that can be changed while it runs.
    pub fn with_manners(target: SocketAddr, manners: Manners) -> io::Result<Self> {
        let listener = Listener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        let line = Arc::new(Line {
            target: Mutex::new(target),
            weather: watch::channel(Weather::Fair).0,
            resets: watch::channel(0).0,
            manners,
        });
        let accepting = tokio::spawn(accept(listener, line.clone()));
        Ok(Self {
            address,
            line,
            accepting,
        })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes the weather, for open connections too.
    pub fn set(&self, weather: Weather) {
        self.line.weather.send_replace(weather);
    }

    /// Ends every open connection on both sides, without a goodbye.
    pub fn reset(&self) {
        self.line.resets.send_modify(|times| *times += 1);
    }

    /// Where connections from now on lead.
    pub fn point_at(&self, target: SocketAddr) {
        *self
            .line
            .target
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = target;
    }

    pub fn manners(&self) -> &Manners {
        &self.line.manners
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, line: Arc<Line>) {
    // Dropped with this task, and all connections with it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((near, _)) = accepted {
                    connections.spawn(connect(near, line.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// A connection that breaks ends; nobody is there to be told why.
async fn connect(mut near: TcpStream, line: Arc<Line>) {
    let mut resets = line.resets.subscribe();
    let mut weather = line.weather.subscribe();
    let target = *line.target.lock().unwrap_or_else(PoisonError::into_inner);
    let opened = async {
        let fine = |weather: &Weather| weather.lets_through(Way::There);
        // The sender lives as long as the line.
        let _ = weather.wait_for(fine).await;
        TcpStream::connect(target).await
    };
    let far = tokio::select! {
        far = opened => far,
        _ = resets.changed() => Err(io::ErrorKind::ConnectionReset.into()),
    };
    let Ok(mut far) = far else {
        let _ = near.set_zero_linger();
        return;
    };
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let was_reset = {
        let (near_reads, near_writes) = near.split();
        let (far_reads, far_writes) = far.split();
        let shared = Arc::new(tokio::sync::Mutex::new(near_writes));
        let (frontend, backend) = wire::ends(&line.manners);
        let there = forth(near_reads, far_writes, shared.clone(), frontend, &line);
        let back = back(far_reads, shared, backend, &line);
        tokio::select! {
            _ = async { tokio::try_join!(there, back) } => false,
            _ = resets.changed() => true,
        }
    };
    if was_reset {
        let _ = (near.set_zero_linger(), far.set_zero_linger());
    }
}

type Writes<'a> = Arc<tokio::sync::Mutex<WriteHalf<'a>>>;

/// From the caller to the called.
async fn forth(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    answers: Writes<'_>,
    mut frontend: Frontend,
    line: &Line,
) -> io::Result<()> {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut bytes).await?;
        line.carry(Way::There).await;
        if length == 0 {
            return to.shutdown().await;
        }
        for piece in frontend.take(&bytes[..length]) {
            if !piece.answer.is_empty() {
                answers.lock().await.write_all(&piece.answer).await?;
                pause(line.manners.dawdles()).await;
                line.carry(Way::There).await;
            }
            to.write_all(&piece.forward).await?;
        }
    }
}

async fn back(
    mut from: ReadHalf<'_>,
    to: Writes<'_>,
    mut backend: Backend,
    line: &Line,
) -> io::Result<()> {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut bytes).await?;
        line.carry(Way::Back).await;
        if length == 0 {
            return to.lock().await.shutdown().await;
        }
        let piece = backend.take(&bytes[..length]);
        to.lock().await.write_all(&piece).await?;
    }
}

impl Line {
    /// Returns when a piece has made its way.
    async fn carry(&self, way: Way) {
        let mut weather = self.weather.subscribe();
        // The sender lives as long as the line.
        let fine = weather
            .wait_for(|weather| weather.lets_through(way))
            .await
            .map(|weather| *weather);
        if let Ok(Weather::Slow(by)) = fine {
            pause(by).await;
        }
    }
}
