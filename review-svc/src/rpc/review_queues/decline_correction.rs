//! DeclineCorrection: the application is not given back.

use chassis::audit;
use chassis::caller::Caller;
use chassis::error::Result;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use crate::rpc::review_tasks::decide::{check_etag, must_be_current};
use crate::rpc::review_tasks::{actor, expert, request_id, task_id, to_pb};
use crate::store::task;
use crate::{Context, events};

const ACTION: &str = "DeclineCorrection";

pub async fn decline(
    ctx: &Context,
    request: Request<pb::DeclineCorrectionRequest>,
) -> Result<pb::ReviewTask> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let named = task_id(&mut violations, &pb.name);
    check_etag(&mut violations, &pb.etag);
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
    let before = kept.clone();
    kept.task.decline(actor(&caller, &person), now)?;
    must_be_current(&before, &pb.etag)?;
    task::save(write.tx(), &mut kept).await?;
    audit::record(write.tx(), &ctx.clock, &caller, ACTION, &pb.name, "").await?;
    events::correction_declined::publish(ctx, write.tx(), &kept).await?;
    write.commit(to_pb::task(&kept, now, &caller)).await
}
