//! GetReviewPolicy: the version in force.

use chassis::error::Result;
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use super::to_pb::{campaign_of, to_pb};
use crate::Context;
use crate::store::policy;

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetReviewPolicyRequest>,
) -> Result<pb::ReviewPolicy> {
    let name = request.into_inner().name;
    let Some(campaign) = campaign_of(&name) else {
        return Err(Violations::one("name", "INVALID_NAME").into());
    };
    let (policy, since) = policy::of(ctx.db.read(), &campaign, &ctx.config).await?;
    Ok(to_pb(name, &policy, since))
}
