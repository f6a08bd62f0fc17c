//! Organisations that people work in: found by everybody who applies, kept by campaign managers.

mod get;
mod import;
mod list;
mod message;

use std::sync::Arc;

use chassis::Result;
use chassis::identifier::Bin;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::organisations_server;
use proto::wire::v1::LocalizedText;
use tonic::{Request, Response, Status};

use crate::Context;
use crate::rpc::wire::to_text;
use crate::store::{Connection, organisation};

/// What the directory calls this organisation; empty where it has it no more.
pub async fn title<C: Connection>(on: &C, bin: Bin) -> Result<LocalizedText> {
    let found = organisation::find(on, &[bin.to_string()]).await?;
    let title = found.first().map(|it| to_text(&it.organisation.names));
    Ok(title.unwrap_or_default())
}

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
