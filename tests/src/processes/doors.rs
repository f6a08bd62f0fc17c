//! Whether somebody answers, asked at their own door.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, ensure};
use chassis::client::Connection;
use chassis::database::Database;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

/// Longer than one who is well takes.
const ANSWER: Duration = Duration::from_secs(1);

/// How a program is asked.
#[derive(Clone)]
pub enum Door {
    /// The health of a service, over mutual TLS.
    Service(&'static str, Connection),
    /// A page that says 200 when it is ready.
    Page(&'static str),
    /// A database, by its URL.
    Postgres(String),
    Redis,
}

impl Door {
    /// # Errors
    /// If it doesn't answer, or says that it is not ready.
    pub async fn answers(&self, at: SocketAddr) -> anyhow::Result<()> {
        let asked = async {
            match self {
                Self::Service(name, connection) => serves(name, connection.clone()).await,
                Self::Page(path) => page(&format!("http://{at}{path}")).await,
                Self::Postgres(url) => Ok(Database::connect(url, 1).await?.close().await?),
                Self::Redis => ping(at).await,
            }
        };
        tokio::time::timeout(ANSWER, asked)
            .await
            .context("no answer in time")?
    }
}

async fn serves(name: &str, connection: Connection) -> anyhow::Result<()> {
    let request = HealthCheckRequest {
        service: name.to_owned(),
    };
    let answer = HealthClient::new(connection)
        .check(request)
        .await?
        .into_inner();
    let serving = tonic_health::ServingStatus::Serving as i32;
    ensure!(answer.status == serving, "it does not serve now");
    Ok(())
}

async fn page(url: &str) -> anyhow::Result<()> {
    let answer = reqwest::get(url).await?;
    ensure!(answer.status().is_success(), "answered {}", answer.status());
    Ok(())
}

async fn ping(at: SocketAddr) -> anyhow::Result<()> {
    let mut redis = TcpStream::connect(at).await?;
    redis.write_all(b"PING\r\n").await?;
    let mut answer = [0; 5];
    redis.read_exact(&mut answer).await?;
    ensure!(&answer == b"+PONG", "answered something else");
    Ok(())
}
