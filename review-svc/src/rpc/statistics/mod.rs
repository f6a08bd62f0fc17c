//! The review of a campaign in numbers.

mod get;

use std::sync::Arc;

use proto::review::v1 as pb;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct Statistics(Arc<Context>);

impl Statistics {
    pub fn new(ctx: &Arc<Context>) -> Self {
        Self(ctx.clone())
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl pb::statistics_server::Statistics for Statistics {
    async fn get_review_statistics(
        &self,
        request: Request<pb::GetReviewStatisticsRequest>,
    ) -> Answer<pb::ReviewStatistics> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }
}
