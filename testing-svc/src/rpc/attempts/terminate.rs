//! TerminateAttempt: by the exam desk, for an irregularity. It gives no result.

use chassis::Result;
use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;

use super::{LONGEST_NOTE, Sat};
use crate::rpc::{enums, parse};
use crate::{Context, events, store};

pub async fn terminate(
    ctx: &Context,
    request: Request<pb::TerminateAttemptRequest>,
) -> Result<pb::Attempt> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::nested(&mut violations, "name", parse::ATTEMPT, &pb.name);
    parse::request_id(&mut violations, &pb.request_id);
    let code = enums::from_irregularity_code;
    let code = parse::word(&mut violations, "code", pb.code, code);
    let note = violations.text("note", &pb.note, LONGEST_NOTE);
    let (Some(name), Some(code), true) = (name, code, violations.is_empty()) else {
        return Err(violations.into());
    };
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write =
        match once::begin(db, clock, &caller, "TerminateAttempt", &pb.request_id, &pb).await? {
            Once::Answered(attempt) => return Ok(attempt),
            Once::Begun(write) => write,
        };
    let tx = write.tx();
    let mut sat = Sat::lock(tx, &name, &pb.name).await?;
    sat.stage.is_open()?;
    sat.attempt.terminate(code, clock.now())?;
    sat.save(ctx, tx, &caller, "TerminateAttempt").await?;
    let one = super::create_irregularity::of(ctx, &sat, code, note, true);
    store::irregularity::insert(tx, &one).await?;
    events::attempt_terminated(ctx, tx, &sat.attempt, sat.seat.booking.account).await?;
    write.commit(sat.shown(ctx)).await
}
