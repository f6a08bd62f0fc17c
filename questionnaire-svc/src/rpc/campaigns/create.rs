//! Makes a campaign. A campaign without declarations of its own gets those of its programme.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Result, audit};
use jiff::Timestamp;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::{check, message};
use crate::Context;
use crate::domain::campaign::{Campaign, default_declarations};
use crate::domain::refusal::Refusal;
use crate::store::campaign::{self, Kept};

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateCampaignRequest>,
) -> Result<pb::Campaign> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let now = ctx.clock.now();
    let campaign = parse(ctx, &pb, now).await?;
    let id = pb.campaign_id.as_str();

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "CreateCampaign",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(campaign) => return Ok(campaign),
        Once::Begun(write) => write,
    };
    if !campaign::insert(write.tx(), id, &campaign, now).await? {
        return Err(Refusal::CampaignExists.into());
    }
    audit::record(
        write.tx(),
        &ctx.clock,
        &caller,
        "CreateCampaign",
        &campaign.name,
        "",
    )
    .await?;
    let kept = Kept {
        id: id.to_owned(),
        campaign,
        update_time: now,
        version: 1,
    };
    write.commit(message::of(&kept, now)).await
}

async fn parse(ctx: &Context, pb: &pb::CreateCampaignRequest, now: Timestamp) -> Result<Campaign> {
    let mut violations = Violations::new();
    let id = pb.campaign_id.clone();
    if id.is_empty() {
        violations.add("campaign_id", "REQUIRED");
    } else if !chassis::name::is_slug(&id) || !(3..=40).contains(&id.len()) {
        violations.add("campaign_id", "INVALID_FORMAT");
    }
    let Some(sent) = &pb.campaign else {
        violations.add("campaign", "REQUIRED");
        return Err(violations.into());
    };
    let mut campaign: Campaign = message::read(&mut violations, &id, sent);
    if campaign.declarations.is_empty() {
        campaign.declarations = default_declarations(&campaign.programme).to_vec();
    }
    check::told_once(ctx, ctx.db.read(), &mut violations, &campaign, now).await?;
    violations.into_result()?;
    Ok(campaign)
}
