//! Sittings of entrance exams, as their college sees them; appointed, moved and graded by what it signs.

mod get;
mod list;
mod message;

use std::sync::Arc;

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::exam_sittings_server;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct ExamSittings(pub Arc<Context>);

#[async_trait::async_trait]
impl exam_sittings_server::ExamSittings for ExamSittings {
    async fn get_exam_sitting(
        &self,
        request: Request<pb::GetExamSittingRequest>,
    ) -> Result<Response<pb::ExamSitting>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_exam_sittings(
        &self,
        request: Request<pb::ListExamSittingsRequest>,
    ) -> Result<Response<pb::ListExamSittingsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }
}
