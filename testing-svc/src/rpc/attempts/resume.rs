//! ResumeAttempt: by the exam desk; the end moves by as much as it was paused.

use chassis::Result;
use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;

use super::Sat;
use crate::Context;
use crate::domain::Change;
use crate::rpc::parse;

pub async fn resume(
    ctx: &Context,
    request: Request<pb::ResumeAttemptRequest>,
) -> Result<pb::Attempt> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::nested(&mut violations, "name", parse::ATTEMPT, &pb.name);
    parse::request_id(&mut violations, &pb.request_id);
    let (Some(name), true) = (name, violations.is_empty()) else {
        return Err(violations.into());
    };
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, "ResumeAttempt", &pb.request_id, &pb).await? {
        Once::Answered(attempt) => return Ok(attempt),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let mut sat = Sat::lock(tx, &name, &pb.name).await?;
    let end = sat.seat.session.end;
    if sat.attempt.resume(end, clock.now())? == Change::Made {
        sat.save(ctx, tx, &caller, "ResumeAttempt").await?;
    }
    write.commit(sat.shown(ctx)).await
}
