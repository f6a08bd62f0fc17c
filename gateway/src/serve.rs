//! The listener: limits on connections and headers, and a drain at the end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use chassis::lanes::Lanes;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::edge::{ClientAddress, Draining};
use crate::stall::Patient;

/// Open connections at most; more wait to be accepted.
const CONNECTIONS: usize = 4096;

/// How long a client may take to send a request's head. Slower ones hold a connection for nothing.
const HEAD: Duration = Duration::from_secs(10);

/// The largest head of a request.
const LARGEST_HEAD: usize = 64 * 1024;

/// How long requests under way may take after the stop.
const DRAIN: Duration = Duration::from_secs(20);

/// Serves until `stop`, in these lanes if there are any; then accepts nothing new, lets what is under
/// way end, and returns.
///
/// # Errors
/// If the listener breaks.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    lanes: Lanes,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let tasks = TaskTracker::new();
    loop {
        let place = places.clone().acquire_owned().await?;
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, from)) => {
                let lane = lanes.take();
                let runtime = match &lane {
                    Some(lane) => lane.runtime().clone(),
                    None => Handle::current(),
                };
                let (router, stop) = (router.clone(), stop.clone());
                let carried = async move {
                    match moved(stream, lane.is_some()) {
                        Ok(stream) => connection(stream, from, router, stop).await,
                        Err(error) => tracing::warn!(%error, "a connection was not carried"),
                    }
                    drop((place, lane));
                };
                tasks.spawn_on(carried, &runtime);
            }
            // Out of file handles, or a client that left at once: the next may fare better.
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::task::yield_now().await;
            }
        }
    }
    drop(listener);
    tasks.close();
    if tokio::time::timeout(DRAIN, tasks.wait()).await.is_err() {
        tracing::warn!(open = tasks.len(), "requests were cut off after the drain");
    }
    Ok(())
}

/// The stream on the runtime of the lane that it came to.
fn moved(stream: TcpStream, is_elsewhere: bool) -> std::io::Result<TcpStream> {
    match is_elsewhere {
        true => TcpStream::from_std(stream.into_std()?),
        false => Ok(stream),
    }
}

async fn connection(stream: TcpStream, from: SocketAddr, router: Router, stop: CancellationToken) {
    let _ = stream.set_nodelay(true);
    let told = stop.clone();
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ClientAddress(from.ip()));
        request.extensions_mut().insert(Draining(told.clone()));
        let router = router.clone();
        async move {
            Ok::<_, Infallible>(
                router
                    .oneshot(request)
                    .await
                    .unwrap_or_else(|it| match it {}),
            )
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(LARGEST_HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .max_concurrent_streams(128)
        .max_header_list_size(LARGEST_HEAD as u32);
    let connection = builder.serve_connection(TokioIo::new(Patient::new(stream)), service);
    tokio::pin!(connection);
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "a connection ended");
    }
}
