//! Decisions before applicants learn of them.

pub mod change;
mod publish;
mod resolve;
mod wanted;

use std::sync::Arc;

use proto::review::v1 as pb;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct PendingDecisions(Arc<Context>);

impl PendingDecisions {
    pub fn new(ctx: &Arc<Context>) -> Self {
        Self(ctx.clone())
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl pb::pending_decisions_server::PendingDecisions for PendingDecisions {
    async fn resolve_dispute(
        &self,
        request: Request<pb::ResolveDisputeRequest>,
    ) -> Answer<pb::ReviewTask> {
        Ok(Response::new(resolve::resolve(&self.0, request).await?))
    }

    async fn change_decision(
        &self,
        request: Request<pb::ChangeDecisionRequest>,
    ) -> Answer<pb::ReviewTask> {
        Ok(Response::new(change::change(&self.0, request).await?))
    }

    async fn publish_decisions(
        &self,
        request: Request<pb::PublishDecisionsRequest>,
    ) -> Answer<pb::PublishDecisionsResponse> {
        Ok(Response::new(publish::publish(&self.0, request).await?))
    }
}
