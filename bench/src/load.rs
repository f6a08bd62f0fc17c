//! Callers: a number of them at once, each with one call after another, over HTTP and over gRPC.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use chassis::clock::Stopwatch;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// What callers did in their time.
#[derive(Debug, Clone, Copy)]
pub struct Done {
    pub calls: u64,
    pub seconds: f64,
}

impl Done {
    pub fn rate(self) -> f64 {
        self.calls as f64 / self.seconds
    }
}

/// Lets every caller call again and again for a while.
pub async fn run<C, F>(callers: Vec<C>, lasts: Duration, call: F) -> Result<(Done, Vec<C>)>
where
    C: Send + 'static,
    F: AsyncCall<C>,
{
    let over = Arc::new(AtomicBool::new(false));
    let watch = Stopwatch::start();
    let mut tasks = Vec::new();
    for mut caller in callers {
        let (over, mut call) = (over.clone(), call.clone());
        tasks.push(tokio::spawn(async move {
            let mut calls = 0;
            while !over.load(Ordering::Relaxed) {
                call.once(&mut caller).await?;
                calls += 1;
            }
            anyhow::Ok((calls, caller))
        }));
    }
    pause(lasts).await;
    over.store(true, Ordering::Relaxed);
    let (mut calls, mut back) = (0, Vec::new());
    for task in tasks {
        let (made, caller) = task.await??;
        calls += made;
        back.push(caller);
    }
    let seconds = watch.elapsed().as_secs_f64();
    Ok((Done { calls, seconds }, back))
}

/// One call of a caller.
pub trait AsyncCall<C>: Clone + Send + 'static {
    fn once(&mut self, caller: &mut C) -> impl Future<Output = Result<()>> + Send;
}

#[expect(clippy::disallowed_methods, reason = "a measurement lasts for a while")]
pub async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

/// A connection of HTTP/1.1 that is kept.
pub type Connection = SendRequest<Full<Bytes>>;

pub async fn connect(address: &str) -> Result<Connection> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

/// The same request every time.
#[derive(Clone)]
pub struct Http {
    pub method: &'static str,
    pub path: String,
    pub token: String,
    /// Makes a repeat safe; empty where the call changes nothing.
    pub request_id: String,
    pub body: Bytes,
}

impl Http {
    pub fn get(path: &str, token: &str) -> Self {
        Self {
            method: "GET",
            path: path.to_owned(),
            token: token.to_owned(),
            request_id: String::new(),
            body: Bytes::new(),
        }
    }

    pub fn post(path: &str, body: &serde_json::Value) -> Self {
        Self {
            method: "POST",
            path: path.to_owned(),
            token: String::new(),
            request_id: String::new(),
            body: Bytes::from(body.to_string()),
        }
    }

    pub async fn send(&self, connection: &mut Connection) -> Result<(http::StatusCode, Bytes)> {
        let mut request = Request::builder()
            .method(self.method)
            .uri(&self.path)
            .header("host", "localhost");
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        if !self.request_id.is_empty() {
            request = request.header("idempotency-key", &self.request_id);
        }
        if !self.body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        let request = request.body(Full::new(self.body.clone()))?;
        connection.ready().await?;
        let response = connection.send_request(request).await?;
        let status = response.status();
        Ok((status, response.into_body().collect().await?.to_bytes()))
    }

    /// # Errors
    /// Unless the answer is a good one.
    pub async fn good(&self, connection: &mut Connection) -> Result<serde_json::Value> {
        let (status, bytes) = self.send(connection).await?;
        let text = String::from_utf8_lossy(&bytes);
        ensure!(
            status.is_success(),
            "{} {}: {status} {text}",
            self.method,
            self.path
        );
        serde_json::from_slice(&bytes).context("the answer is JSON")
    }
}

impl AsyncCall<Connection> for Http {
    async fn once(&mut self, connection: &mut Connection) -> Result<()> {
        let (status, bytes) = self.send(connection).await?;
        let text = || String::from_utf8_lossy(&bytes).into_owned();
        ensure!(status.is_success(), "{status} {}", text());
        Ok(())
    }
}

/// The middle of what was measured.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The value that 99 of 100 do not reach.
pub fn p99(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = (values.len() * 99).div_ceil(100).saturating_sub(1);
    values.get(at).copied().unwrap_or(f64::NAN)
}
