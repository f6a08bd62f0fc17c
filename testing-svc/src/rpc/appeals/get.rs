//! GetAppeal: one's own; any to campaign managers.

use chassis::caller::{Caller, Role};
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::rpc::parse;
use crate::{Context, store};

pub async fn get(ctx: &Context, request: Request<pb::GetAppealRequest>) -> Result<pb::Appeal> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "name", parse::APPEAL, &pb.name);
    let Some((campaign, id)) = name else {
        return Err(violations.into());
    };
    let found = store::appeal::find(ctx.db.read(), id)
        .await?
        .filter(|it| it.campaign == campaign)
        .filter(|it| caller.is(it.account) || caller.has(Role::CampaignManager));
    let appeal = found.ok_or(Error::NotFound(pb.name))?;
    Ok(written(&appeal, &caller))
}
