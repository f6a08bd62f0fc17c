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

    async fn update_campaign(
        &self,
        _: Request<pb::UpdateCampaignRequest>,
    ) -> Result<Response<pb::Campaign>, Status> {
        Err(Status::unimplemented("on its way"))
    }

    async fn open_campaign(
        &self,
        _: Request<pb::OpenCampaignRequest>,
    ) -> Result<Response<pb::Campaign>, Status> {
        Err(Status::unimplemented("on its way"))
    }

    async fn close_campaign(
        &self,
        _: Request<pb::CloseCampaignRequest>,
    ) -> Result<Response<pb::Campaign>, Status> {
        Err(Status::unimplemented("on its way"))
    }

    async fn list_campaign_versions(
        &self,
        _: Request<pb::ListCampaignVersionsRequest>,
    ) -> Result<Response<pb::ListCampaignVersionsResponse>, Status> {
        Err(Status::unimplemented("on its way"))
    }
}
