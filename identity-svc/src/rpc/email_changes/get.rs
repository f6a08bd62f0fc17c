//! Shows how far a change of one's own is.

use chassis::caller::Caller;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{meant, show};
use crate::{Context, store};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetEmailChangeRequest>,
) -> Result<pb::EmailChange> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let ids = meant(&mut violations, &caller, &pb.name);
    violations.into_result()?;
    let not_found = || Error::NotFound(pb.name.clone());
    let (account, id) = ids.ok_or_else(not_found)?;
    let change = store::email_change::find(&ctx.sealer, ctx.db.read(), id).await?;
    let own = change.filter(|it| it.account == account && caller.is(account));
    Ok(show(&own.ok_or_else(not_found)?, ctx.clock.now()))
}
