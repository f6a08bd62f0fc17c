//! By what a campaign is reviewed.

mod get;
mod to_pb;
mod update;

use std::sync::Arc;

use proto::review::v1 as pb;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct ReviewPolicies(Arc<Context>);

impl ReviewPolicies {
    pub fn new(ctx: &Arc<Context>) -> Self {
        Self(ctx.clone())
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl pb::review_policies_server::ReviewPolicies for ReviewPolicies {
    async fn get_review_policy(
        &self,
        request: Request<pb::GetReviewPolicyRequest>,
    ) -> Answer<pb::ReviewPolicy> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn update_review_policy(
        &self,
        request: Request<pb::UpdateReviewPolicyRequest>,
    ) -> Answer<pb::ReviewPolicy> {
        Ok(Response::new(update::update(&self.0, request).await?))
    }
}
