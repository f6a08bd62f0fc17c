//! A neighbour to ask: questionnaire-svc with campaigns that the test writes down.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use proto::questionnaire::v1::campaigns_server::{Campaigns, CampaignsServer};
use proto::questionnaire::v1::{
    AgeReference, Campaign, CampaignRules, CloseCampaignRequest, CreateCampaignRequest,
    GetCampaignRequest, ListCampaignVersionsRequest, ListCampaignVersionsResponse,
    ListCampaignsRequest, ListCampaignsResponse, OpenCampaignRequest, UpdateCampaignRequest,
};
use tonic::service::Routes;
use tonic::{Request, Response, Status};

#[derive(Clone, Default)]
pub struct WrittenCampaigns {
    written: Arc<Mutex<HashMap<String, Campaign>>>,
    down: Arc<AtomicBool>,
}

impl WrittenCampaigns {
    pub fn routes(&self) -> Routes {
        Routes::new(CampaignsServer::new(self.clone()))
    }

    pub fn write(&self, campaign: Campaign) {
        self.written
            .lock()
            .unwrap()
            .insert(campaign.name.clone(), campaign);
    }

    pub fn go_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }
}

/// The Reserve of 2025: June, both days included, not older than 35 on the day of registration.
pub fn reserve_2025() -> Campaign {
    campaign(
        "campaigns/reserve-2025",
        "2025-05-31T19:00:00Z",
        "2025-06-30T19:00:00Z",
    )
}

/// Open from one instant to another, with the rules of the Reserve.
pub fn campaign(name: &str, opens: &str, closes: &str) -> Campaign {
    Campaign {
        name: name.into(),
        open_time: Some(instant(opens)),
        close_time: Some(instant(closes)),
        time_zone: "Asia/Almaty".into(),
        rules: Some(CampaignRules {
            max_age_years: 35,
            age_reference: AgeReference::Registration.into(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

pub fn instant(text: &str) -> prost_types::Timestamp {
    chassis::clock::to_pb(text.parse().expect("an instant"))
}

#[tonic::async_trait]
impl Campaigns for WrittenCampaigns {
    async fn list_campaigns(
        &self,
        _: Request<ListCampaignsRequest>,
    ) -> Result<Response<ListCampaignsResponse>, Status> {
        Err(Status::unimplemented("nobody asks for it here"))
    }

    async fn get_campaign(
        &self,
        request: Request<GetCampaignRequest>,
    ) -> Result<Response<Campaign>, Status> {
        let name = request.into_inner().name;
        if self.down.load(Ordering::SeqCst) {
            return Err(Status::unavailable("down"));
        }
        let found = self.written.lock().unwrap().get(&name).cloned();
        found
            .map(Response::new)
            .ok_or_else(|| Status::not_found(name))
    }

    async fn create_campaign(
        &self,
        _: Request<CreateCampaignRequest>,
    ) -> Result<Response<Campaign>, Status> {
        Err(Status::unimplemented("nobody asks for it here"))
    }

    async fn update_campaign(
        &self,
        _: Request<UpdateCampaignRequest>,
    ) -> Result<Response<Campaign>, Status> {
        Err(Status::unimplemented("nobody asks for it here"))
    }

    async fn open_campaign(
        &self,
        _: Request<OpenCampaignRequest>,
    ) -> Result<Response<Campaign>, Status> {
        Err(Status::unimplemented("nobody asks for it here"))
    }

    async fn close_campaign(
        &self,
        _: Request<CloseCampaignRequest>,
    ) -> Result<Response<Campaign>, Status> {
        Err(Status::unimplemented("nobody asks for it here"))
    }

    async fn list_campaign_versions(
        &self,
        _: Request<ListCampaignVersionsRequest>,
    ) -> Result<Response<ListCampaignVersionsResponse>, Status> {
        Err(Status::unimplemented("nobody asks for it here"))
    }
}
