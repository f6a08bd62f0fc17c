//! ChangeDecision: until it is published, by whoever decided or a campaign manager.

use chassis::caller::Caller;
use chassis::error::{Error, Result};
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use super::wanted::Wanted;
use crate::Context;
use crate::domain::decision::Decision;
use crate::domain::opinion::NotChanged;
use crate::rpc::answered;
use crate::rpc::review_tasks::decide::{check_etag, finish, must_be_current};
use crate::rpc::review_tasks::{actor, expert, request_id, task_id, to_pb};

const ACTION: &str = "ChangeDecision";

pub async fn change(
    ctx: &Context,
    request: Request<pb::ChangeDecisionRequest>,
) -> Result<pb::ReviewTask> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let named = task_id(&mut violations, &pb.name);
    check_etag(&mut violations, &pb.etag);
    let wanted = Wanted::parse(ctx, &mut violations, pb.outcome, &pb.reasons, &pb.items);
    request_id(&mut violations, &pb.request_id);
    let Some(named) = named.filter(|_| violations.is_empty()) else {
        return Err(violations.into());
    };
    if let Some(task) = answered(ctx, &caller, ACTION, &pb.request_id, &pb).await? {
        return Ok(task);
    }
    let (person, now) = (expert(&caller)?, ctx.clock.now());
    let kept = named.find(ctx, &pb.name).await?;
    // Refused before anybody else is asked.
    let mut tried = kept.task.clone();
    let change = tried.change(actor(&caller, &person), Decision::Accept, now);
    change.map_err(refusal)?;
    let decision = wanted.decision(ctx, violations, &kept, now).await?;
    let outcome = decision.outcome();

    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, ACTION, id, &pb).await? {
        Once::Answered(task) => return Ok(task),
        Once::Begun(write) => write,
    };
    let mut kept = named.lock(write.tx(), &pb.name).await?;
    let before = kept.clone();
    let next = kept.task.change(actor(&caller, &person), decision, now);
    let next = next.map_err(refusal)?;
    must_be_current(&before, &pb.etag)?;
    let made = (ACTION, outcome);
    finish(ctx, write.tx(), &caller, &mut kept, made, next).await?;
    write.commit(to_pb::task(&kept, now, &caller)).await
}

pub fn refusal(refused: NotChanged) -> Error {
    match refused {
        NotChanged::Refused(refusal) => refusal.into(),
        NotChanged::Others => Error::Denied,
    }
}
