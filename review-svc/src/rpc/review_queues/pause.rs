//! PauseReviewTask: the term stands still, and the applicant sees that it does.

use chassis::audit;
use chassis::caller::Caller;
use chassis::error::Result;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use crate::domain::pause::MAX_REASON;
use crate::rpc::review_tasks::{actor, expert, request_id, task_id, to_pb};
use crate::store::task;
use crate::{Context, events};

const ACTION: &str = "PauseReviewTask";

pub async fn pause(
    ctx: &Context,
    request: Request<pb::PauseReviewTaskRequest>,
) -> Result<pb::ReviewTask> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let named = task_id(&mut violations, &pb.name);
    let reason = violations.text("reason", &pb.reason, MAX_REASON);
    if reason.chars().any(|c| c.is_control() && c != '\n') {
        violations.add("reason", "INVALID_FORMAT");
    }
    request_id(&mut violations, &pb.request_id);
    let Some(named) = named.filter(|_| violations.is_empty()) else {
        return Err(violations.into());
    };

    let person = expert(&caller)?;
    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, ACTION, id, &pb).await? {
        Once::Answered(task) => return Ok(task),
        Once::Begun(write) => write,
    };
    let now = ctx.clock.now();
    let mut kept = named.lock(write.tx(), &pb.name).await?;
    kept.task.pause(actor(&caller, &person), reason, now)?;
    task::save(write.tx(), &mut kept).await?;
    // What an expert writes may be about a person: it stays with the task.
    audit::record(write.tx(), &ctx.clock, &caller, ACTION, &pb.name, "").await?;
    events::review_term_changed::publish(ctx, write.tx(), &kept).await?;
    write.commit(to_pb::task(&kept, now, &caller)).await
}
