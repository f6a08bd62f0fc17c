//! One change to many tasks: each by itself, by the same rules as alone.

mod decide;
mod items;
mod reassign;
mod release;

use std::sync::Arc;

use proto::review::v1 as pb;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct BulkReviews(Arc<Context>);

impl BulkReviews {
    pub fn new(ctx: &Arc<Context>) -> Self {
        Self(ctx.clone())
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl pb::bulk_reviews_server::BulkReviews for BulkReviews {
    async fn bulk_decide(
        &self,
        request: Request<pb::BulkDecideRequest>,
    ) -> Answer<pb::BulkDecideResponse> {
        Ok(Response::new(decide::decide(&self.0, request).await?))
    }

    async fn bulk_reassign(
        &self,
        request: Request<pb::BulkReassignRequest>,
    ) -> Answer<pb::BulkReassignResponse> {
        Ok(Response::new(reassign::reassign(&self.0, request).await?))
    }

    async fn bulk_release(
        &self,
        request: Request<pb::BulkReleaseRequest>,
    ) -> Answer<pb::BulkReleaseResponse> {
        Ok(Response::new(release::release(&self.0, request).await?))
    }
}
