//! People who sign in and out: an ended session is refused everywhere within five seconds, and a lost
//! answer to a refresh costs nobody the session.

use std::time::Duration;

use serde_json::json;

use super::worker::Worker;
use crate::season::patience::pause;

/// A read with a session that was ended long enough ago: it must be refused.
pub const AFTER_END: &str = "read with an ended session";
/// A read with a session that was never ended: it must be answered.
pub const WHILE_OPEN: &str = "read with an open session";
pub const REFRESH: &str = "refresh";
pub const END: &str = "sign out";

const CURRENT: &str = "/v1/sessions/current";
/// How long an ended session may still be believed in.
const GRACE: Duration = Duration::from_secs(5);

/// Acts until the history says stop.
pub async fn act(worker: Worker) {
    while !worker.history.stops() {
        let _ = once(&worker).await;
    }
}

/// One session from its beginning to its end; `None` where nobody ever answered.
async fn once(worker: &Worker) -> Option<()> {
    let session = worker.sign_in().await?;
    let mine = worker.holding(session["accessToken"].as_str()?);
    worker.read(WHILE_OPEN, &mine, CURRENT).await;
    let token = json!({"refreshToken": session["refreshToken"]});
    let (refreshed, session) = worker.ask(REFRESH, "/v1/sessions/refresh", token).await;
    if !refreshed.is_done() {
        return None;
    }
    let mine = worker.holding(session["accessToken"].as_str()?);
    worker.read(WHILE_OPEN, &mine, CURRENT).await;
    // By another session of the same person: asked again, this one could not say that it is gone.
    let name = session["name"].as_str()?;
    let path = format!("/v1/{name}/end");
    let ended = worker.post(END, name, &path, json!({})).await;
    if ended.is_done() {
        pause(GRACE).await;
        worker.read(AFTER_END, &mine, CURRENT).await;
    }
    Some(())
}
