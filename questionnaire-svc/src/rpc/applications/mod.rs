//! Applications: opened, shown, explained, submitted, asked back for a correction, taken back, ended
//! by staff; drafts moved to another form.

mod ask_for_correction;
mod attempt;
pub mod choices;
mod create;
mod disqualify;
mod get;
mod list;
mod list_rebases;
pub mod mark_erroneous;
pub mod message;
mod readiness;
mod reason;
mod rebase;
pub mod send;
pub mod set_aside;
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
        request: Request<pb::AskForCorrectionRequest>,
    ) -> Result<Response<pb::Application>, Status> {
        Ok(Response::new(
            ask_for_correction::ask(&self.0, request).await?,
        ))
    }

    async fn disqualify_application(
        &self,
        request: Request<pb::DisqualifyApplicationRequest>,
    ) -> Result<Response<pb::Application>, Status> {
        Ok(Response::new(
            disqualify::disqualify(&self.0, request).await?,
        ))
    }

    async fn mark_erroneous(
        &self,
        request: Request<pb::MarkErroneousRequest>,
    ) -> Result<Response<pb::Application>, Status> {
        Ok(Response::new(
            mark_erroneous::mark_erroneous(&self.0, request).await?,
        ))
    }

    async fn rebase_application(
        &self,
        request: Request<pb::RebaseApplicationRequest>,
    ) -> Result<Response<pb::Application>, Status> {
        Ok(Response::new(rebase::rebase(&self.0, request).await?))
    }

    async fn list_rebases(
        &self,
        request: Request<pb::ListRebasesRequest>,
    ) -> Result<Response<pb::ListRebasesResponse>, Status> {
        Ok(Response::new(
            list_rebases::list_rebases(&self.0, request).await?,
        ))
    }
}
