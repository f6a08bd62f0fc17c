//! RedeemPromoCode: takes the reserved code for good, once.

use chassis::Result;
use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::partner::v1 as pb;
use tonic::Request;

use super::{locked, save, written};
use crate::domain::Change;
use crate::rpc::parse;
use crate::{Context, events};

pub async fn redeem(
    ctx: &Context,
    request: Request<pb::RedeemPromoCodeRequest>,
) -> Result<pb::Redemption> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = parse::redemption(&mut violations, &pb.name);
    parse::request_id(&mut violations, &pb.request_id);
    let (Some(id), true) = (id, violations.is_empty()) else {
        return Err(violations.into());
    };
    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "RedeemPromoCode",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(redemption) => return Ok(redemption),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), ctx.clock.now());
    let (mut code, mut redemption) = locked(ctx, tx, &caller, id).await?;
    if redemption.redeem(&mut code, now)? == Change::Made {
        save(ctx, tx, &caller, "RedeemPromoCode", (&code, &redemption)).await?;
        events::promo_code_redeemed(ctx, tx, &code).await?;
    }
    write.commit(written(&redemption, now)).await
}
