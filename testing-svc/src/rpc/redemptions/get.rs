//! GetRedemption: how a call ended whose answer was lost.

use chassis::Result;
use chassis::caller::Caller;
use chassis::violation::Violations;
use proto::partner::v1 as pb;
use tonic::Request;

use super::{audit_access, locked, written};
use crate::Context;
use crate::rpc::parse;

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetRedemptionRequest>,
) -> Result<pb::Redemption> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let Some(id) = parse::redemption(&mut violations, &pb.name) else {
        return Err(violations.into());
    };
    let tx = ctx.db.begin().await?;
    let (code, redemption) = locked(ctx, &tx, &caller, id).await?;
    audit_access(ctx, &tx, &caller, "GetRedemption", &code, &redemption).await?;
    ctx.db.commit(tx).await?;
    Ok(written(&redemption, ctx.clock.now()))
}
