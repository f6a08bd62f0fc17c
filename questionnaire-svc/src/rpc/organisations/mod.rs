//! Organisations that people work in: found by everybody who applies, kept by campaign managers.

mod get;
mod import;
mod list;
mod message;

use std::sync::Arc;

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::organisations_server;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct Organisations(pub Arc<Context>);

#[async_trait::async_trait]
impl organisations_server::Organisations for Organisations {
    async fn get_organisation(
        &self,
        request: Request<pb::GetOrganisationRequest>,
    ) -> Result<Response<pb::Organisation>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_organisations(
        &self,
        request: Request<pb::ListOrganisationsRequest>,
    ) -> Result<Response<pb::ListOrganisationsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn import_organisations(
        &self,
        request: Request<pb::ImportOrganisationsRequest>,
    ) -> Result<Response<pb::OrganisationImport>, Status> {
        Ok(Response::new(import::import(&self.0, request).await?))
    }
}
