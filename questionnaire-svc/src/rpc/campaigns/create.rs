//! Makes a campaign. A campaign without declarations of its own gets those of its programme.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Result, audit};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
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
    let kept = parse(&pb)?;

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
    let now = ctx.clock.now();
    if !campaign::insert(write.tx(), &kept.id, &kept.campaign, now).await? {
        return Err(Refusal::CampaignExists.into());
    }
    audit::record(
        write.tx(),
        &ctx.clock,
        &caller,
        "CreateCampaign",
        &kept.campaign.name,
        "",
    )
    .await?;
    write.commit(message::of(&kept, now)).await
}

fn parse(pb: &pb::CreateCampaignRequest) -> Result<Kept> {
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
    // What was not there is told once, as required, and not again as backwards or unknown.
    let told: Vec<String> = violations
        .iter()
        .map(|violation| violation.field.clone())
        .collect();
    for violation in campaign.violations() {
        if !told.contains(&violation.field) {
            violations.push(violation);
        }
    }
    violations.into_result()?;
    Ok(Kept {
        id,
        campaign,
        version: 1,
    })
}
