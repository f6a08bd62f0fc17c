//! Applications: opened, shown, explained, submitted, taken back.

mod create;
mod get;
mod list;
pub mod message;
mod readiness;
mod submit;
mod withdraw;

use std::sync::Arc;

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::applications_server;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct Applications(pub Arc<Context>);

#[async_trait::async_trait]
impl applications_server::Applications for Applications {
    async fn create_application(
        &self,
        request: Request<pb::CreateApplicationRequest>,
    ) -> Result<Response<pb::Application>, Status> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn get_application(
        &self,
        request: Request<pb::GetApplicationRequest>,
    ) -> Result<Response<pb::Application>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_applications(
        &self,
        request: Request<pb::ListApplicationsRequest>,
    ) -> Result<Response<pb::ListApplicationsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn get_readiness(
        &self,
        request: Request<pb::GetReadinessRequest>,
    ) -> Result<Response<pb::Readiness>, Status> {
        Ok(Response::new(readiness::readiness(&self.0, request).await?))
    }

    async fn submit_application(
        &self,
        request: Request<pb::SubmitApplicationRequest>,
    ) -> Result<Response<pb::Application>, Status> {
        Ok(Response::new(submit::submit(&self.0, request).await?))
    }

    async fn withdraw_application(
        &self,
        request: Request<pb::WithdrawApplicationRequest>,
    ) -> Result<Response<pb::Application>, Status> {
        Ok(Response::new(withdraw::withdraw(&self.0, request).await?))
    }

    async fn ask_for_correction(
        &self,
        _: Request<pb::AskForCorrectionRequest>,
    ) -> Result<Response<pb::Application>, Status> {
        Err(Status::unimplemented("on its way"))
    }

    async fn disqualify_application(
        &self,
        _: Request<pb::DisqualifyApplicationRequest>,
    ) -> Result<Response<pb::Application>, Status> {
        Err(Status::unimplemented("on its way"))
    }

    async fn mark_erroneous(
        &self,
        _: Request<pb::MarkErroneousRequest>,
    ) -> Result<Response<pb::Application>, Status> {
        Err(Status::unimplemented("on its way"))
    }

    async fn rebase_application(
        &self,
        _: Request<pb::RebaseApplicationRequest>,
    ) -> Result<Response<pb::Application>, Status> {
        Err(Status::unimplemented("on its way"))
    }

    async fn list_rebases(
        &self,
        _: Request<pb::ListRebasesRequest>,
    ) -> Result<Response<pb::ListRebasesResponse>, Status> {
        Err(Status::unimplemented("on its way"))
    }
}
