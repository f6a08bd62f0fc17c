//! Who works on what, and the clock of each task.

mod claim_next;
mod declare_conflict;
mod decline_correction;
mod pause;
pub mod reassign;
mod resume;

use std::sync::Arc;

use proto::review::v1 as pb;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct ReviewQueues(Arc<Context>);

impl ReviewQueues {
    pub fn new(ctx: &Arc<Context>) -> Self {
        Self(ctx.clone())
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl pb::review_queues_server::ReviewQueues for ReviewQueues {
    async fn claim_next_task(
        &self,
        request: Request<pb::ClaimNextTaskRequest>,
    ) -> Answer<pb::ReviewTask> {
        Ok(Response::new(
            claim_next::claim_next(&self.0, request).await?,
        ))
    }

    async fn reassign_review_task(
        &self,
        request: Request<pb::ReassignReviewTaskRequest>,
    ) -> Answer<pb::ReviewTask> {
        Ok(Response::new(reassign::reassign(&self.0, request).await?))
    }

    async fn declare_conflict(
        &self,
        request: Request<pb::DeclareConflictRequest>,
    ) -> Answer<pb::ReviewTask> {
        Ok(Response::new(
            declare_conflict::declare(&self.0, request).await?,
        ))
    }

    async fn pause_review_task(
        &self,
        request: Request<pb::PauseReviewTaskRequest>,
    ) -> Answer<pb::ReviewTask> {
        Ok(Response::new(pause::pause(&self.0, request).await?))
    }

    async fn resume_review_task(
        &self,
        request: Request<pb::ResumeReviewTaskRequest>,
    ) -> Answer<pb::ReviewTask> {
        Ok(Response::new(resume::resume(&self.0, request).await?))
    }

    async fn decline_correction(
        &self,
        request: Request<pb::DeclineCorrectionRequest>,
    ) -> Answer<pb::ReviewTask> {
        Ok(Response::new(
            decline_correction::decline(&self.0, request).await?,
        ))
    }
}
