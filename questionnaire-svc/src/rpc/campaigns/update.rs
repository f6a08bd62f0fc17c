//! Changes a campaign: a new version of it.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::{check, message};
use crate::Context;
use crate::domain::campaign_change::{self, Applied, FIELDS};
use crate::events::campaign_window_changed;
use crate::rpc::{etag, mask, name};
use crate::store::{application, campaign, draft};

pub async fn update(
    ctx: &Context,
    request: Request<pb::UpdateCampaignRequest>,
) -> Result<pb::Campaign> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let sent = pb.campaign.clone().unwrap_or_default();
    let mut violations = Violations::new();
    let id = violations.take(
        "campaign.name",
        name::id_of("campaigns/*", &sent.name).ok_or(name::reason(&sent.name)),
    );
    let fields = mask::read(&mut violations, pb.update_mask.as_ref(), &FIELDS);
    etag::check_needed(&mut violations, "campaign.etag", &sent.etag);
    violations.into_result()?;

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "UpdateCampaign",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(campaign) => return Ok(campaign),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let id = id.unwrap_or_default();
    let found = campaign::lock(tx, id).await?;
    let mut kept = found.ok_or_else(|| Error::NotFound(sent.name.clone()))?;
    etag::must_be_current(&sent.etag, kept.version, &sent.name)?;
    let now = ctx.clock.now();

    let mut violations = Violations::new();
    let next = merged(message::of(&kept, now), &sent, &fields);
    let after = message::read(&mut violations, id, &next);
    check::told_once(ctx, tx, &mut violations, &after, now).await?;
    let applied = if application::is_any(tx, id).await? {
        Applied::Somebody
    } else {
        Applied::Nobody
    };
    // What is wrong in itself is told before what may not be done any more.
    violations.into_result()?;
    campaign_change::may_change(&kept.campaign, &after, applied, now)?;
    campaign_change::violations(&kept.campaign, &after, now).into_result()?;

    let changed = campaign_change::changed_fields(&kept.campaign, &after);
    // What changes nothing is no version.
    if !changed.is_empty() {
        let window = kept.campaign.window;
        kept.campaign = after;
        if !campaign::save(tx, &mut kept, now).await? {
            return Err(Error::InFlight);
        }
        if kept.campaign.window != window {
            campaign_window_changed::tell(ctx, tx, &kept).await?;
        }
        draft::follow_campaign(tx, id, kept.version).await?;
    }
    let detail = changed.join(", ");
    audit::record(
        tx,
        &ctx.clock,
        &caller,
        "UpdateCampaign",
        &sent.name,
        &detail,
    )
    .await?;
    write.commit(message::of(&kept, now)).await
}

/// The campaign as it is, with the fields of the mask as they were sent.
fn merged(mut next: pb::Campaign, sent: &pb::Campaign, fields: &[&str]) -> pb::Campaign {
    for field in fields {
        match *field {
            "title" => next.title = sent.title.clone(),
            "open_time" => next.open_time = sent.open_time,
            "close_time" => next.close_time = sent.close_time,
            "time_zone" => next.time_zone = sent.time_zone.clone(),
            "rules" => next.rules = sent.rules,
            "places" => next.places = sent.places,
            "form_revision" => next.form_revision = sent.form_revision.clone(),
            "declarations" => next.declarations = sent.declarations.clone(),
            "directions" => next.directions = sent.directions.clone(),
            _ => next.application_kinds = sent.application_kinds.clone(),
        }
    }
    next
}
