//! Choices of specialties: seen by their applicant and by their college, taken back by the applicant.
//! What a college does with them it signs: [`super::board_actions`].

mod get;
mod list;
pub mod message;
mod statistics;
mod withdraw;

use std::sync::Arc;

use chassis::caller::{Caller, Role};
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::application_choices_server;
use tonic::{Request, Response, Status};

use crate::Context;
use crate::store::choice::Kept;

#[derive(Clone)]
pub struct ApplicationChoices(pub Arc<Context>);

#[async_trait::async_trait]
impl application_choices_server::ApplicationChoices for ApplicationChoices {
    async fn get_application_choice(
        &self,
        request: Request<pb::GetApplicationChoiceRequest>,
    ) -> Result<Response<pb::ApplicationChoice>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_application_choices(
        &self,
        request: Request<pb::ListApplicationChoicesRequest>,
    ) -> Result<Response<pb::ListApplicationChoicesResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn get_choice_statistics(
        &self,
        request: Request<pb::GetChoiceStatisticsRequest>,
    ) -> Result<Response<pb::ChoiceStatistics>, Status> {
        Ok(Response::new(statistics::get(&self.0, request).await?))
    }

    async fn withdraw_application_choice(
        &self,
        request: Request<pb::WithdrawApplicationChoiceRequest>,
    ) -> Result<Response<pb::ApplicationChoice>, Status> {
        Ok(Response::new(withdraw::withdraw(&self.0, request).await?))
    }
}

/// Its applicant, its college, and campaign managers.
fn may_see(caller: &Caller, kept: &Kept) -> bool {
    let is_of_college =
        |signatory: &chassis::caller::Signatory| signatory.organisation == kept.choice.bin;
    caller.is(kept.account)
        || caller.has(Role::CampaignManager)
        || caller.signatory().is_ok_and(is_of_college)
}
