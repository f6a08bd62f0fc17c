//! GetWaitlistEntry: to its person; any to the exam desk and to the service that writes letters.

use chassis::caller::Caller;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::{sees_all, written};
use crate::rpc::parse;
use crate::store::waitlist::Place;
use crate::{Context, store};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetWaitlistEntryRequest>,
) -> Result<pb::WaitlistEntry> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "name", parse::WAITLIST_ENTRY, &pb.name);
    let Some((campaign, id)) = name else {
        return Err(violations.into());
    };
    let may_see = |account| caller.is(account) || caller.is_service() || sees_all(&caller);
    let entry = store::waitlist::find(ctx.db.read(), id)
        .await?
        .filter(|entry| entry.campaign == campaign && may_see(entry.account))
        .ok_or(Error::NotFound(pb.name))?;
    written(ctx, &Place::alone(ctx.db.read(), entry).await?, &caller)
}
