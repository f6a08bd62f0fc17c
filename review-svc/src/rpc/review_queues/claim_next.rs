//! ClaimNextTask: the task that is due first, to one expert each.

use chassis::caller::Caller;
use chassis::error::{Error, Result};
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use crate::Context;
use crate::domain::refusal::Refusal;
use crate::domain::task::State;
use crate::rpc::campaign;
use crate::rpc::review_tasks::claim::{must_have_room, take};
use crate::rpc::review_tasks::task_filter::is_direction;
use crate::rpc::review_tasks::{expert, request_id, to_pb};
use crate::store::{self, queue, task};

const ACTION: &str = "ClaimNextTask";

pub async fn claim_next(
    ctx: &Context,
    request: Request<pb::ClaimNextTaskRequest>,
) -> Result<pb::ReviewTask> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    campaign(&mut violations, "campaign", &pb.campaign);
    if !pb.direction.is_empty() && !is_direction(&pb.direction) {
        violations.add("direction", "INVALID_FORMAT");
    }
    request_id(&mut violations, &pb.request_id);
    violations.into_result()?;
    let expert = expert(&caller)?;

    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, ACTION, id, &pb).await? {
        Once::Answered(task) => return Ok(task),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), ctx.clock.now());
    store::expert::lock(tx, &expert).await?;
    let (policy, _) = store::policy::of(tx, &pb.campaign, &ctx.config).await?;
    must_have_room(tx, &pb.campaign, &expert, &policy, now).await?;
    let next = queue::next_to_claim(tx, &pb.campaign, &pb.direction, &expert, now).await?;
    let next = next.ok_or(Refusal::NoTaskToClaim)?;
    let found = task::lock(tx, next).await?;
    let mut kept = found.ok_or_else(|| Error::NotFound(format!("reviewTasks/{next}")))?;
    kept.task.claim(&expert, now, ctx.config.lease)?;
    if let State::Claimed(claim) = kept.task.state.clone() {
        take(ctx, tx, &caller, &mut kept, &claim, ACTION).await?;
    }
    write.commit(to_pb::task(&kept, now, &caller)).await
}
