//! Submissions: applications as they were sent.

mod get;
mod message;

use std::sync::Arc;

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::submissions_server;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct Submissions(pub Arc<Context>);

#[async_trait::async_trait]
impl submissions_server::Submissions for Submissions {
    async fn get_submission(
        &self,
        request: Request<pb::GetSubmissionRequest>,
    ) -> Result<Response<pb::Submission>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }
}
