//! DeclineAdmissionOffer: by its applicant, until its term ends.

use chassis::Result;
use chassis::caller::Caller;
use proto::testing::v1 as pb;
use tonic::Request;

use super::answer::{Asked, answer};
use crate::Context;
use crate::domain::admission::offer::Offer;

pub async fn decline(
    ctx: &Context,
    request: Request<pb::DeclineAdmissionOfferRequest>,
) -> Result<pb::AdmissionOffer> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let asked = Asked {
        rpc: "DeclineAdmissionOffer",
        name: &pb.name,
        etag: &pb.etag,
        request_id: &pb.request_id,
        request: &pb,
    };
    answer(ctx, &caller, asked, Offer::decline).await
}
