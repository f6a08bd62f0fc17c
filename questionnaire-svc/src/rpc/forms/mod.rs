//! Forms: published revisions, open to everybody.

mod get_revision;

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::forms_server;
use tonic::{Request, Response, Status};

#[derive(Clone)]
pub struct Forms;

#[async_trait::async_trait]
impl forms_server::Forms for Forms {
    async fn get_form_revision(
        &self,
        request: Request<pb::GetFormRevisionRequest>,
    ) -> Result<Response<pb::FormRevision>, Status> {
        Ok(Response::new(get_revision::get_revision(request)?))
    }

    async fn list_form_revisions(
        &self,
        _: Request<pb::ListFormRevisionsRequest>,
    ) -> Result<Response<pb::ListFormRevisionsResponse>, Status> {
        Err(Status::unimplemented("on its way"))
    }

    async fn create_form_revision(
        &self,
        _: Request<pb::CreateFormRevisionRequest>,
    ) -> Result<Response<pb::FormRevision>, Status> {
        Err(Status::unimplemented("on its way"))
    }

    async fn publish_form_revision(
        &self,
        _: Request<pb::PublishFormRevisionRequest>,
    ) -> Result<Response<pb::FormRevision>, Status> {
        Err(Status::unimplemented("on its way"))
    }

    async fn get_form_revision_diff(
        &self,
        _: Request<pb::GetFormRevisionDiffRequest>,
    ) -> Result<Response<pb::FormRevisionDiff>, Status> {
        Err(Status::unimplemented("on its way"))
    }
}
