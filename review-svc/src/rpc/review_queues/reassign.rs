//! ReassignReviewTask: a campaign manager gives a task to an expert.

use chassis::audit;
use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::error::Result;
use chassis::name;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use jiff::Timestamp;
use proto::review::v1 as pb;
use tonic::Request;

use crate::domain::refusal::Refusal;
use crate::rpc::review_tasks::decide::{check_etag, must_be_current};
use crate::rpc::review_tasks::{request_id, task_id, to_pb};
use crate::store::task::{self, Kept};
use crate::{Context, events, store};

const ACTION: &str = "ReassignReviewTask";

pub async fn reassign(
    ctx: &Context,
    request: Request<pb::ReassignReviewTaskRequest>,
) -> Result<pb::ReviewTask> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let named = task_id(&mut violations, &pb.name);
    check_expert(&mut violations, &pb.expert);
    check_etag(&mut violations, &pb.etag);
    request_id(&mut violations, &pb.request_id);
    let Some(named) = named.filter(|_| violations.is_empty()) else {
        return Err(violations.into());
    };

    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, ACTION, id, &pb).await? {
        Once::Answered(task) => return Ok(task),
        Once::Begun(write) => write,
    };
    let now = ctx.clock.now();
    let mut kept = named.lock(write.tx(), &pb.name).await?;
    must_be_current(&kept, &pb.etag)?;
    give(ctx, write.tx(), &caller, &mut kept, &pb.expert, now).await?;
    write.commit(to_pb::task(&kept, now, &caller)).await
}

pub fn check_expert(violations: &mut Violations, expert: &str) {
    if name::uuid("accounts/*", expert).is_none() {
        violations.add("expert", "INVALID_NAME");
    }
}

/// Gives a locked task to an expert, and tells them.
pub async fn give(
    ctx: &Context,
    tx: &Tx,
    caller: &Caller,
    kept: &mut Kept,
    expert: &str,
    now: Timestamp,
) -> Result<()> {
    kept.task.assign(expert, now, ctx.config.assignment_lease)?;
    if store::expert::has_conflict(tx, &kept.application, expert).await? {
        return Err(Refusal::ConflictOfInterest.into());
    }
    let is_first = kept.start_time.is_none();
    kept.start_time.get_or_insert(now);
    task::save(tx, kept).await?;
    audit::record(tx, &ctx.clock, caller, ACTION, &kept.name(), expert).await?;
    events::review_task_assigned::publish(ctx, tx, kept, expert).await?;
    if is_first {
        events::review_started::publish(ctx, tx, kept).await?;
    }
    Ok(())
}
