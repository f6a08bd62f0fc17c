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

    async fn pause_attempt(
        &self,
        request: Request<pb::PauseAttemptRequest>,
    ) -> Result<Response<pb::Attempt>, Status> {
        let _ = request;
        Err(Status::unimplemented("comes with the next change"))
    }

    async fn resume_attempt(
        &self,
        request: Request<pb::ResumeAttemptRequest>,
    ) -> Result<Response<pb::Attempt>, Status> {
        let _ = request;
        Err(Status::unimplemented("comes with the next change"))
    }

    async fn finish_attempt(
        &self,
        request: Request<pb::FinishAttemptRequest>,
    ) -> Result<Response<pb::Attempt>, Status> {
        let _ = request;
        Err(Status::unimplemented("comes with the next change"))
    }

    async fn terminate_attempt(
        &self,
        request: Request<pb::TerminateAttemptRequest>,
    ) -> Result<Response<pb::Attempt>, Status> {
        let _ = request;
        Err(Status::unimplemented("comes with the next change"))
    }

    async fn create_irregularity(
        &self,
        request: Request<pb::CreateIrregularityRequest>,
    ) -> Result<Response<pb::Irregularity>, Status> {
        let _ = request;
        Err(Status::unimplemented("comes with the next change"))
    }

    async fn list_irregularities(
        &self,
        request: Request<pb::ListIrregularitiesRequest>,
    ) -> Result<Response<pb::ListIrregularitiesResponse>, Status> {
        let _ = request;
        Err(Status::unimplemented("comes with the next change"))
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
