//! ResumeReviewTask: the term goes on with the working days that were left.

use chassis::audit;
use chassis::caller::Caller;
use chassis::clock::astana;
use chassis::error::{Error, Result};
use chassis::once::{self, Once};
use proto::review::v1 as pb;
use tonic::Request;

use crate::domain::pause::NotResumed;
use crate::rpc::review_tasks::{actor, expert, parse, to_pb};
use crate::store::{calendar, task};
use crate::{Context, events};

const ACTION: &str = "ResumeReviewTask";

pub async fn resume(
    ctx: &Context,
    request: Request<pb::ResumeReviewTaskRequest>,
) -> Result<pb::ReviewTask> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let named = parse(&pb.name, &pb.request_id)?;
    let person = expert(&caller)?;
    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, ACTION, id, &pb).await? {
        Once::Answered(task) => return Ok(task),
        Once::Begun(write) => write,
    };
    let now = ctx.clock.now();
    let mut kept = named.lock(write.tx(), &pb.name).await?;
    let resumed = kept.task.resume(actor(&caller, &person), now);
    resumed.map_err(|refused| match refused {
        NotResumed::Refused(refusal) => refusal.into(),
        NotResumed::Others => Error::Denied,
    })?;
    let in_force = calendar::in_force(write.tx(), &ctx.calendar).await?;
    let (days, pauses) = (kept.working_days, &kept.task.pauses);
    let term = in_force
        .calendar
        .term_with_pauses(kept.open_time, days, pauses, &astana());
    // Work does not wait for a calendar: a term that can't be counted yet is counted by a job.
    kept.task.term = term.ok();
    kept.calendar_sequence = in_force.sequence;
    task::save(write.tx(), &mut kept).await?;
    audit::record(write.tx(), &ctx.clock, &caller, ACTION, &pb.name, "").await?;
    events::review_term_changed::publish(ctx, write.tx(), &kept).await?;
    write.commit(to_pb::task(&kept, now, &caller)).await
}
