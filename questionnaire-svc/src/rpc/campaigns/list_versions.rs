//! Lists the versions of a campaign, newest first, each with what it changed.

use chassis::clock::to_pb;
use chassis::page::Page;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::domain::campaign_change::changed_fields;
use crate::rpc::name;
use crate::store::campaign::{self, Kept};

pub async fn list_versions(
    ctx: &Context,
    request: Request<pb::ListCampaignVersionsRequest>,
) -> Result<pb::ListCampaignVersionsResponse> {
    let pb = request.into_inner();
    let id = name::campaign("parent", &pb.parent)?;
    let mut violations = Violations::new();
    let page = Page::<i64>::parse(&mut violations, pb.page_size, &pb.page_token, &[&pb.parent]);
    violations.into_result()?;
    let on = ctx.db.read();
    if campaign::find(on, id).await?.is_none() {
        return Err(Error::NotFound(pb.parent));
    }
    // One more than the page shows: the version before the last one tells what that one changed.
    let found = campaign::versions(on, id, page.after, page.limit()).await?;
    let mut versions: Vec<_> = found
        .iter()
        .enumerate()
        .map(|(at, kept)| (kept.version, message_of(kept, found.get(at + 1))))
        .collect();
    let next_page_token = page.next(&mut versions, |(version, _)| *version);
    Ok(pb::ListCampaignVersionsResponse {
        versions: versions.into_iter().map(|(_, version)| version).collect(),
        next_page_token,
    })
}

fn message_of(kept: &Kept, before: Option<&Kept>) -> pb::CampaignVersion {
    let changed = before.map(|before| changed_fields(&before.campaign, &kept.campaign));
    pb::CampaignVersion {
        name: format!("{}/versions/{}", kept.campaign.name, kept.version),
        campaign: Some(message::of(kept, kept.update_time)),
        changed_fields: changed
            .unwrap_or_default()
            .into_iter()
            .map(str::to_owned)
            .collect(),
        start_time: Some(to_pb(kept.update_time)),
    }
}
