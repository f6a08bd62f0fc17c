//! RollBackRedemption: the reason decides whether the code can be used again.

use chassis::Result;
use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::partner::v1 as pb;
use tonic::Request;

use super::{locked, save, written};
use crate::rpc::{enums, parse};
use crate::{Context, store};

/// Most characters of a note.
const LONGEST_NOTE: usize = 2000;

pub async fn roll_back(
    ctx: &Context,
    request: Request<pb::RollBackRedemptionRequest>,
) -> Result<pb::Redemption> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = parse::redemption(&mut violations, &pb.name);
    let reason = parse::word(
        &mut violations,
        "reason",
        pb.reason,
        enums::from_rollback_reason,
    );
    let note = violations.optional_text("note", &pb.note, LONGEST_NOTE);
    parse::request_id(&mut violations, &pb.request_id);
    let (Some(id), Some(reason), true) = (id, reason, violations.is_empty()) else {
        return Err(violations.into());
    };
    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "RollBackRedemption",
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
    redemption.roll_back(&mut code, reason, now)?;
    save(ctx, tx, &caller, "RollBackRedemption", (&code, &redemption)).await?;
    store::redemption::note(tx, redemption.id, &note).await?;
    write.commit(written(&redemption, now)).await
}
