//! What an expert holds of each section.

mod get;
mod save;

use std::sync::Arc;

use proto::review::v1 as pb;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct SectionVerdicts(Arc<Context>);

impl SectionVerdicts {
    pub fn new(ctx: &Arc<Context>) -> Self {
        Self(ctx.clone())
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl pb::section_verdicts_server::SectionVerdicts for SectionVerdicts {
    async fn get_section_review(
        &self,
        request: Request<pb::GetSectionReviewRequest>,
    ) -> Answer<pb::SectionReview> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn save_section_verdicts(
        &self,
        request: Request<pb::SaveSectionVerdictsRequest>,
    ) -> Answer<pb::SectionReview> {
        Ok(Response::new(save::save(&self.0, request).await?))
    }
}
