//! Claims an applicant's right to a promo code for good. What is claimed stays claimed.

use chassis::caller::Caller;
use chassis::clock::to_pb;
use chassis::once::{self, Once};
use chassis::{Error, Result, audit};
use jiff::Timestamp;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use crate::Context;
use crate::domain::application::PromoRight;
use crate::domain::refusal::Refusal;
use crate::rpc::name;
use crate::store::application::{self, Kept};
use crate::store::campaign;

pub async fn claim(
    ctx: &Context,
    request: Request<pb::ClaimPromoRightRequest>,
) -> Result<pb::PromoRight> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let campaign_id = name::campaign("campaign", &pb.campaign)?;
    let account = name::account("account", &pb.account)?;

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "ClaimPromoRight",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(right) => return Ok(right),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let found = campaign::find(tx, campaign_id).await?;
    let held = found.ok_or_else(|| Error::NotFound(pb.campaign.clone()))?;
    let found = application::lock_of_person(tx, campaign_id, account).await?;
    let mut kept = found.ok_or(Refusal::ApplicationNeeded)?;
    let before = kept.application.promo_right();
    let now = ctx.clock.now();
    let claim_time = kept.application.claim_promo_right(&held.campaign, now)?;
    if before == PromoRight::Open {
        application::claim_promo_right(tx, &mut kept, now).await?;
        audit::record(tx, &ctx.clock, &caller, "ClaimPromoRight", &kept.name(), "").await?;
    }
    write.commit(message(&kept, &held, claim_time)).await
}

fn message(kept: &Kept, held: &campaign::Kept, claim_time: Timestamp) -> pb::PromoRight {
    pb::PromoRight {
        name: format!("{}/promoRight", kept.name()),
        application: kept.name(),
        claim_time: Some(to_pb(claim_time)),
        campaign_close_time: Some(to_pb(held.campaign.window.close)),
        campaign_version: held.version,
    }
}
