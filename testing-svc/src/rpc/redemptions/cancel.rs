//! CancelReservation: the code is free again.

use chassis::Result;
use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::partner::v1 as pb;
use tonic::Request;

use super::{locked, save, written};
use crate::Context;
use crate::domain::Change;
use crate::rpc::parse;

pub async fn cancel(
    ctx: &Context,
    request: Request<pb::CancelReservationRequest>,
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
        "CancelReservation",
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
    if redemption.cancel(&mut code, now)? == Change::Made {
        save(ctx, tx, &caller, "CancelReservation", (&code, &redemption)).await?;
    }
    write.commit(written(&redemption, now)).await
}
