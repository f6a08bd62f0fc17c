//! Attempts: sitting the test of a booking.

mod get;
mod start;

use std::sync::Arc;

use chassis::clock::to_pb;
use proto::testing::v1 as pb;
use tonic::{Request, Response, Status};

use super::enums;
use crate::Context;
use crate::domain::attempt::Attempt;
use crate::domain::booking;

#[derive(Clone)]
pub struct Attempts(pub(super) Arc<Context>);

#[async_trait::async_trait]
impl pb::attempts_server::Attempts for Attempts {
    async fn start_attempt(
        &self,
        request: Request<pb::StartAttemptRequest>,
    ) -> Result<Response<pb::Attempt>, Status> {
        Ok(Response::new(start::start(&self.0, request).await?))
    }

    async fn get_attempt(
        &self,
        request: Request<pb::GetAttemptRequest>,
    ) -> Result<Response<pb::Attempt>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }
}

/// Without a way in: only who starts it gets a launch token.
fn written(attempt: &Attempt) -> pb::Attempt {
    pb::Attempt {
        name: attempt.name(),
        booking: booking::name(&attempt.campaign, attempt.booking),
        state: enums::attempt_state(attempt.state).into(),
        start_time: Some(to_pb(attempt.started)),
        candidate_number: attempt.candidate_number.clone(),
        ..pb::Attempt::default()
    }
}
