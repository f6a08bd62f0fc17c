//! ReleaseReviewTask: gives one's own claim back.

use chassis::audit;
use chassis::caller::Caller;
use chassis::error::Result;
use chassis::once::{self, Once};
use proto::review::v1 as pb;
use tonic::Request;

use super::{expert, parse, to_pb};
use crate::Context;
use crate::store::task;

pub async fn release(
    ctx: &Context,
    request: Request<pb::ReleaseReviewTaskRequest>,
) -> Result<pb::ReviewTask> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let named = parse(&pb.name, &pb.request_id)?;
    let expert = expert(&caller)?;
    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, "ReleaseReviewTask", id, &pb).await? {
        Once::Answered(task) => return Ok(task),
        Once::Begun(write) => write,
    };
    let now = ctx.clock.now();
    let mut kept = named.lock(write.tx(), &pb.name).await?;
    kept.task.release(&expert, now)?;
    task::save(write.tx(), &mut kept).await?;
    audit::record(
        write.tx(),
        &ctx.clock,
        &caller,
        "ReleaseReviewTask",
        &pb.name,
        "",
    )
    .await?;
    write.commit(to_pb::task(&kept, now, &caller)).await
}
