//! Holds the connection: makes it, looks after it, and makes another when it is lost.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, RedisResult};
use tokio_util::sync::CancellationToken;

use super::Link;

/// A new connection may take longer than a call: TLS, a name to look up.
const CONNECTING: Duration = Duration::from_secs(1);
/// Between two tries while Redis is away: soon enough that its return is felt, and no burden to it.
const AGAIN: Duration = Duration::from_millis(250);
/// How often a connection that nobody uses is looked after.
const LOOKING: Duration = Duration::from_secs(1);

/// Keeps the link until `stop`.
pub async fn keep(link: Link, stop: CancellationToken) {
    let mut number = 0;
    while !stop.is_cancelled() {
        if let Ok(connection) = connect(&link).await {
            number += 1;
            link.found(number, connection.clone());
            tokio::select! {
                () = stop.cancelled() => return,
                // Somebody found it bad.
                () = link.becomes(false) => {}
                reason = goes_wrong(connection, link.0.patience) => link.lose(number, reason).unwrap_or_default(),
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = crate::jobs::pause(AGAIN) => {}
        }
    }
}

/// A connection on which Redis answers as fast as callers expect it to.
async fn connect(link: &Link) -> RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECTING))
        .set_response_timeout(Some(CONNECTING));
    let client = &link.0.client;
    let mut connection = client
        .get_multiplexed_async_connection_with_config(&config)
        .await?;
    ping(&mut connection, link.0.patience).await?;
    Ok(connection)
}

async fn goes_wrong(mut connection: MultiplexedConnection, patience: Duration) -> &'static str {
    loop {
        crate::jobs::pause(LOOKING).await;
        if ping(&mut connection, patience).await.is_err() {
            return "no sign of life";
        }
    }
}

async fn ping(connection: &mut MultiplexedConnection, patience: Duration) -> RedisResult<()> {
    let ping = redis::cmd("PING");
    let answer = tokio::time::timeout(patience, ping.query_async::<redis::Value>(connection));
    match answer.await {
        Ok(answer) => answer.map(drop),
        Err(_late) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
    }
}
