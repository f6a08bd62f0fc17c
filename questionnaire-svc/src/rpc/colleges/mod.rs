//! Profiles of colleges: seen by everybody, written by what each college signs.

mod get;
mod list;
pub mod message;

use std::sync::Arc;

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::colleges_server;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct Colleges(pub Arc<Context>);

#[async_trait::async_trait]
impl colleges_server::Colleges for Colleges {
    async fn get_college(
        &self,
        request: Request<pb::GetCollegeRequest>,
    ) -> Result<Response<pb::College>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_colleges(
        &self,
        request: Request<pb::ListCollegesRequest>,
    ) -> Result<Response<pb::ListCollegesResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }
}
