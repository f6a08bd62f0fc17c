//! A service that tells how many seats are left, when it is told to: what listeners listen to.

use std::convert::Infallible;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use futures_util::StreamExt;
use http_body_util::BodyExt;
use prost::Message;
use tokio::sync::broadcast;

use crate::served::{SEATS, frame, grpc};

/// As the contract has it; not the generated type, so that this builds while the contract grows.
#[derive(Clone, PartialEq, Message)]
struct SeatsLeft {
    #[prost(string, tag = "1")]
    session: String,
    #[prost(int32, tag = "2")]
    seats_left: i32,
    #[prost(string, tag = "3")]
    resume_token: String,
}

#[derive(Clone)]
pub struct Seats(broadcast::Sender<i32>);

impl Seats {
    pub fn new() -> Self {
        Self(broadcast::channel(64).0)
    }

    /// The stream of the service.
    pub fn service(&self) -> Router {
        Router::new()
            .route(SEATS, post(watch))
            .with_state(self.clone())
    }

    /// Where the measuring side says what changes.
    pub fn desk(&self) -> Router {
        Router::new()
            .route("/bench/say/{seats}", get(say))
            .with_state(self.clone())
    }
}

async fn watch(State(Seats(changes)): State<Seats>, request: Request) -> Response {
    let _ = request.into_body().collect().await;
    let changes = futures_util::stream::unfold(changes.subscribe(), |mut changes| async {
        let seats_left = changes.recv().await.ok()?;
        let message = SeatsLeft {
            session: "campaigns/c/stages/s/sessions/x".into(),
            seats_left,
            resume_token: seats_left.to_string(),
        };
        Some((frame(&message), changes))
    });
    grpc(changes.map(Ok::<_, Infallible>))
}

async fn say(State(Seats(changes)): State<Seats>, Path(seats): Path<i32>) -> String {
    // An error means that nobody listens.
    let streams = changes.send(seats).unwrap_or(0);
    format!("{{\"streams\": {streams}}}")
}
