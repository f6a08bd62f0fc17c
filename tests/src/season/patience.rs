//! Waiting, as a client of a suite elsewhere has to: it can only ask again, after a pause. Everything
//! that waits asks for what it needs and gives up in time; this is the one place that pauses.

use std::time::Duration;

#[expect(
    clippy::disallowed_methods,
    reason = "whoever is outside can only ask again"
)]
pub async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}
