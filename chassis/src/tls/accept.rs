//! Connections taken by a server: a handshake each, by the certificates of that moment, and only who
//! passed it reaches the server.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::Stream;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::{Material, Peers, Tls};

/// A client that takes longer is gone, or holds a place for nothing.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// Handshakes at once; each costs a signature, and strangers may begin as many as they like.
const HANDSHAKES: usize = 128;

/// A door that opens to these peers only.
#[derive(Clone)]
pub struct Acceptor {
    tls: Tls,
    peers: Peers,
    made: Arc<Mutex<Option<Made>>>,
}

/// The settings of a handshake, and what they were made of.
type Made = (Arc<Material>, Arc<ServerConfig>);

impl Acceptor {
    pub fn new(tls: Tls, peers: Peers) -> Self {
        Self {
            tls,
            peers,
            made: Arc::default(),
        }
    }

    /// The settings by what the files say now.
    fn config(&self) -> anyhow::Result<Arc<ServerConfig>> {
        let now = self.tls.material();
        let mut made = self.made.lock().unwrap_or_else(|e| e.into_inner());
        if let Some((of, config)) = made.as_ref()
            && Arc::ptr_eq(of, &now)
        {
            return Ok(config.clone());
        }
        let config = now.server(&self.peers)?;
        *made = Some((now, config.clone()));
        Ok(config)
    }

    /// Those who passed the handshake, as they come.
    pub fn incoming(
        self,
        listener: TcpListener,
    ) -> impl Stream<Item = io::Result<TlsStream<TcpStream>>> {
        let (passed, mut taken) = mpsc::channel(HANDSHAKES);
        tokio::spawn(self.accept(listener, passed));
        futures_util::stream::poll_fn(move |cx| taken.poll_recv(cx).map(|io| io.map(Ok)))
    }

    /// Ends when nobody takes connections any more.
    async fn accept(self, listener: TcpListener, passed: mpsc::Sender<TlsStream<TcpStream>>) {
        let places = Arc::new(Semaphore::new(HANDSHAKES));
        loop {
            let Ok(place) = places.clone().acquire_owned().await else {
                return;
            };
            let accepted = tokio::select! {
                () = passed.closed() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => {
                    let (door, passed) = (self.clone(), passed.clone());
                    tokio::spawn(async move {
                        door.pass(stream, passed).await;
                        drop(place);
                    });
                }
                // Out of file handles, or a client that left at once: the next may fare better.
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    crate::jobs::pause(Duration::from_millis(10)).await;
                }
            }
        }
    }

    async fn pass(&self, stream: TcpStream, passed: mpsc::Sender<TlsStream<TcpStream>>) {
        let _ = stream.set_nodelay(true);
        let config = match self.config() {
            Ok(config) => config,
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "no certificate to show");
                return;
            }
        };
        let shaken = TlsAcceptor::from(config).accept(stream);
        match tokio::time::timeout(HANDSHAKE, shaken).await {
            // An error means that the server closes.
            Ok(Ok(stream)) => drop(passed.send(stream).await),
            Ok(Err(error)) => tracing::info!(%error, "a handshake was refused"),
            Err(_late) => tracing::info!("a handshake took too long"),
        }
    }
}
