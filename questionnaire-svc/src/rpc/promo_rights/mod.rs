//! Promo rights: internal, for testing-svc alone.

mod claim;

use std::sync::Arc;

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::promo_rights_server;
use tonic::{Request, Response, Status};

use crate::Context;

#[derive(Clone)]
pub struct PromoRights(pub Arc<Context>);

#[async_trait::async_trait]
impl promo_rights_server::PromoRights for PromoRights {
    async fn claim_promo_right(
        &self,
        request: Request<pb::ClaimPromoRightRequest>,
    ) -> Result<Response<pb::PromoRight>, Status> {
        Ok(Response::new(claim::claim(&self.0, request).await?))
    }
}
