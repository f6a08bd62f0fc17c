//! Campaigns: listed and shown to everybody, made by campaign managers.

mod create;
mod get;
mod list;
mod message;

use std::sync::Arc;

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::campaigns_server;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct Campaigns(pub Arc<Context>);

#[async_trait::async_trait]
impl campaigns_server::Campaigns for Campaigns {
    async fn list_campaigns(
        &self,
        request: Request<pb::ListCampaignsRequest>,
    ) -> Result<Response<pb::ListCampaignsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn get_campaign(
        &self,
        request: Request<pb::GetCampaignRequest>,
    ) -> Result<Response<pb::Campaign>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn create_campaign(
        &self,
        request: Request<pb::CreateCampaignRequest>,
    ) -> Result<Response<pb::Campaign>, Status> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }
}
