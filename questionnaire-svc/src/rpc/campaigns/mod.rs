//! Campaigns: listed and shown to everybody, made and changed by campaign managers.

mod before_its_time;
mod check;
mod close;
mod create;
mod get;
mod list;
mod list_versions;
mod message;
mod open;
mod update;

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

    async fn update_campaign(
        &self,
        request: Request<pb::UpdateCampaignRequest>,
    ) -> Result<Response<pb::Campaign>, Status> {
        Ok(Response::new(update::update(&self.0, request).await?))
    }

    async fn open_campaign(
        &self,
        request: Request<pb::OpenCampaignRequest>,
    ) -> Result<Response<pb::Campaign>, Status> {
        Ok(Response::new(open::open(&self.0, request).await?))
    }

    async fn close_campaign(
        &self,
        request: Request<pb::CloseCampaignRequest>,
    ) -> Result<Response<pb::Campaign>, Status> {
        Ok(Response::new(close::close(&self.0, request).await?))
    }

    async fn list_campaign_versions(
        &self,
        request: Request<pb::ListCampaignVersionsRequest>,
    ) -> Result<Response<pb::ListCampaignVersionsResponse>, Status> {
        Ok(Response::new(
            list_versions::list_versions(&self.0, request).await?,
        ))
    }
}
