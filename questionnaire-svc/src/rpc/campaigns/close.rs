//! Closes an open campaign now, before its time: drafts expire, corrections keep their terms.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::domain::campaign_change;
use crate::rpc::{etag, name};
use crate::store::{campaign, draft};

pub async fn close(
    ctx: &Context,
    request: Request<pb::CloseCampaignRequest>,
) -> Result<pb::Campaign> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let id = name::campaign("name", &pb.name)?;
    let mut violations = Violations::new();
    etag::check(&mut violations, "etag", &pb.etag);
    violations.into_result()?;

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "CloseCampaign",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(campaign) => return Ok(campaign),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let found = campaign::lock(tx, id).await?;
    let mut kept = found.ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    etag::must_be_current(&pb.etag, kept.version, &pb.name)?;
    let now = ctx.clock.now();
    let before = kept.campaign.window.close;
    campaign_change::close(&mut kept.campaign, now)?;
    if !campaign::save(tx, &mut kept, now).await? {
        return Err(Error::InFlight);
    }
    draft::follow_campaign(tx, id, kept.version).await?;
    let detail = format!("was to be closed at {before}");
    audit::record(tx, &ctx.clock, &caller, "CloseCampaign", &pb.name, &detail).await?;
    write.commit(message::of(&kept, now)).await
}
