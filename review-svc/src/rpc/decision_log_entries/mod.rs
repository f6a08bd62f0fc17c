//! The decision log: read by pages, or followed as a whole.

mod list;
mod verify;

use std::sync::Arc;

use proto::review::v1 as pb;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct DecisionLogEntries(Arc<Context>);

impl DecisionLogEntries {
    pub fn new(ctx: &Arc<Context>) -> Self {
        Self(ctx.clone())
    }
}

#[tonic::async_trait]
impl pb::decision_log_entries_server::DecisionLogEntries for DecisionLogEntries {
    async fn list_decision_log_entries(
        &self,
        request: Request<pb::ListDecisionLogEntriesRequest>,
    ) -> Result<Response<pb::ListDecisionLogEntriesResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn verify_decision_log(
        &self,
        _: Request<pb::VerifyDecisionLogRequest>,
    ) -> Result<Response<pb::VerifyDecisionLogResponse>, Status> {
        Ok(Response::new(verify::verify(&self.0).await?))
    }
}
