//! Forms: their revisions, made and published by campaign managers, open to everybody once published.

mod create_revision;
mod find;
mod get_revision;
mod get_revision_diff;
mod list_revisions;
pub mod message;
mod publish_revision;

use std::sync::Arc;

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::forms_server;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct Forms(pub Arc<Context>);

#[async_trait::async_trait]
impl forms_server::Forms for Forms {
    async fn get_form_revision(
        &self,
        request: Request<pb::GetFormRevisionRequest>,
    ) -> Result<Response<pb::FormRevision>, Status> {
        let answer = get_revision::get_revision(&self.0, request).await?;
        Ok(Response::new(answer))
    }

    async fn list_form_revisions(
        &self,
        request: Request<pb::ListFormRevisionsRequest>,
    ) -> Result<Response<pb::ListFormRevisionsResponse>, Status> {
        let answer = list_revisions::list_revisions(&self.0, request).await?;
        Ok(Response::new(answer))
    }

    async fn create_form_revision(
        &self,
        request: Request<pb::CreateFormRevisionRequest>,
    ) -> Result<Response<pb::FormRevision>, Status> {
        let answer = create_revision::create_revision(&self.0, request).await?;
        Ok(Response::new(answer))
    }

    async fn publish_form_revision(
        &self,
        request: Request<pb::PublishFormRevisionRequest>,
    ) -> Result<Response<pb::FormRevision>, Status> {
        let answer = publish_revision::publish_revision(&self.0, request).await?;
        Ok(Response::new(answer))
    }

    async fn get_form_revision_diff(
        &self,
        request: Request<pb::GetFormRevisionDiffRequest>,
    ) -> Result<Response<pb::FormRevisionDiff>, Status> {
        let answer = get_revision_diff::get_revision_diff(&self.0, request).await?;
        Ok(Response::new(answer))
    }
}
