//! Offers of places: answered by their applicants until the term ends.

mod accept;
mod answer;
mod decline;
mod get;
mod list;

use std::sync::Arc;

use chassis::clock::to_pb;
use proto::testing::v1 as pb;
use tonic::{Request, Response, Status};

use super::{enums, parse};
use crate::Context;
use crate::domain::admission::competitor::choice_name;
use crate::domain::admission::offer::Offer;
use crate::domain::admission::specialty::{Specialty, offered_name};

#[derive(Clone)]
pub struct AdmissionOffers(pub(super) Arc<Context>);

#[async_trait::async_trait]
impl pb::admission_offers_server::AdmissionOffers for AdmissionOffers {
    async fn get_admission_offer(
        &self,
        request: Request<pb::GetAdmissionOfferRequest>,
    ) -> Result<Response<pb::AdmissionOffer>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_admission_offers(
        &self,
        request: Request<pb::ListAdmissionOffersRequest>,
    ) -> Result<Response<pb::ListAdmissionOffersResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn accept_admission_offer(
        &self,
        request: Request<pb::AcceptAdmissionOfferRequest>,
    ) -> Result<Response<pb::AdmissionOffer>, Status> {
        Ok(Response::new(accept::accept(&self.0, request).await?))
    }

    async fn decline_admission_offer(
        &self,
        request: Request<pb::DeclineAdmissionOfferRequest>,
    ) -> Result<Response<pb::AdmissionOffer>, Status> {
        Ok(Response::new(decline::decline(&self.0, request).await?))
    }
}

/// `specialty` is the one that it is a place of.
fn written(offer: &Offer, specialty: Option<&Specialty>) -> pb::AdmissionOffer {
    pb::AdmissionOffer {
        name: offer.name(),
        choice: choice_name(&offer.campaign, offer.application, offer.choice),
        specialty: offered_name(offer.specialty),
        specialty_title: specialty.map(|it| enums::localized(&it.title)),
        college_title: specialty.map(|it| enums::localized(&it.college_title)),
        round: offer.round,
        state: enums::admission_offer_state(offer.state).into(),
        reply_expire_time: Some(to_pb(offer.until)),
        create_time: Some(to_pb(offer.made)),
        finish_time: offer.ended.map(to_pb),
        etag: parse::written_etag(offer.version),
    }
}
