//! GetMembership: one's own; any to campaign managers.

use chassis::caller::{Caller, Role};
use chassis::clock::astana_date;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::rpc::parse;
use crate::{Context, store};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetMembershipRequest>,
) -> Result<pb::Membership> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let Some(id) = parse::membership(&mut violations, &pb.name) else {
        return Err(violations.into());
    };
    let found = store::membership::find(ctx.db.read(), id)
        .await?
        .filter(|it| caller.is(it.account) || caller.has(Role::CampaignManager));
    let day = astana_date(ctx.clock.now());
    let member = found.ok_or(Error::NotFound(pb.name))?;
    Ok(written(&member, day))
}
