//! Shows a campaign.

use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::name;
use crate::store::campaign;

pub async fn get(ctx: &Context, request: Request<pb::GetCampaignRequest>) -> Result<pb::Campaign> {
    let pb = request.into_inner();
    let id = name::campaign("name", &pb.name)?;
    let found = campaign::find(ctx.db.read(), id).await?;
    let kept = found.ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    Ok(message::of(&kept, ctx.clock.now()))
}
