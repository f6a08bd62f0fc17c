//! Sections: the answers of an application, shown and saved one by one.

pub mod certificate;
mod get;
mod list;
mod message;
mod update;

use std::sync::Arc;

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::sections_server;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct Sections(pub Arc<Context>);

#[async_trait::async_trait]
impl sections_server::Sections for Sections {
    async fn get_section(
        &self,
        request: Request<pb::GetSectionRequest>,
    ) -> Result<Response<pb::Section>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_sections(
        &self,
        request: Request<pb::ListSectionsRequest>,
    ) -> Result<Response<pb::ListSectionsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn update_section(
        &self,
        request: Request<pb::UpdateSectionRequest>,
    ) -> Result<Response<pb::Section>, Status> {
        Ok(Response::new(update::update(&self.0, request).await?))
    }
}
