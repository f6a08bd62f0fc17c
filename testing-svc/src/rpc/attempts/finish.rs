//! FinishAttempt: by its person, or by the exam desk.

use chassis::caller::{Caller, Role};
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::Sat;
use crate::Context;
use crate::domain::Change;
use crate::rpc::parse;

pub async fn finish(
    ctx: &Context,
    request: Request<pb::FinishAttemptRequest>,
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
    let write = match once::begin(db, clock, &caller, "FinishAttempt", &pb.request_id, &pb).await? {
        Once::Answered(attempt) => return Ok(attempt),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let mut sat = Sat::lock(tx, &name, &pb.name).await?;
    let own = caller.is(sat.seat.booking.account);
    if !own && !caller.has(Role::ExamDesk) {
        return Err(Error::NotFound(pb.name));
    }
    let end = sat.seat.session.end;
    if sat.attempt.finish(end, clock.now())? == Change::Made {
        sat.save(ctx, tx, &caller, "FinishAttempt").await?;
    }
    write.commit(sat.shown(ctx)).await
}
