//! Specialties of colleges: seen by everybody, changed by what their college signs.

mod get;
mod list;
pub mod message;

use std::sync::Arc;

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::specialties_server;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct Specialties(pub Arc<Context>);

#[async_trait::async_trait]
impl specialties_server::Specialties for Specialties {
    async fn get_specialty(
        &self,
        request: Request<pb::GetSpecialtyRequest>,
    ) -> Result<Response<pb::Specialty>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_specialties(
        &self,
        request: Request<pb::ListSpecialtiesRequest>,
    ) -> Result<Response<pb::ListSpecialtiesResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }
}
