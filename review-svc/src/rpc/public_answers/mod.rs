//! Questions with their answers, for everybody.

mod get;
mod list;
mod retire;
pub mod to_pb;

use std::sync::Arc;

use proto::review::v1 as pb;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct PublicAnswers(Arc<Context>);

impl PublicAnswers {
    pub fn new(ctx: &Arc<Context>) -> Self {
        Self(ctx.clone())
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl pb::public_answers_server::PublicAnswers for PublicAnswers {
    async fn get_public_answer(
        &self,
        request: Request<pb::GetPublicAnswerRequest>,
    ) -> Answer<pb::PublicAnswer> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_public_answers(
        &self,
        request: Request<pb::ListPublicAnswersRequest>,
    ) -> Answer<pb::ListPublicAnswersResponse> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn retire_public_answer(
        &self,
        request: Request<pb::RetirePublicAnswerRequest>,
    ) -> Answer<pb::PublicAnswer> {
        Ok(Response::new(retire::retire(&self.0, request).await?))
    }
}
