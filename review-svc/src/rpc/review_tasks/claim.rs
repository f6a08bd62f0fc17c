//! ClaimReviewTask: of two experts at once, one gets the task.

use chassis::audit;
use chassis::caller::Caller;
use chassis::error::{Error, Result};
use chassis::once::{self, Once};
use proto::review::v1 as pb;
use tonic::Request;

use super::{expert, parse, to_pb};
use crate::domain::task::{Done, State};
use crate::store::task;
use crate::{Context, events};

pub async fn claim(
    ctx: &Context,
    request: Request<pb::ClaimReviewTaskRequest>,
) -> Result<pb::ReviewTask> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let named = parse(&pb.name, &pb.request_id)?;
    let expert = expert(&caller)?;
    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, "ClaimReviewTask", id, &pb).await? {
        Once::Answered(task) => return Ok(task),
        Once::Begun(write) => write,
    };
    let now = ctx.clock.now();
    let mut kept = named.lock(write.tx(), &pb.name).await?;
    let is_new = kept.task.claim(&expert, now, ctx.config.lease)? == Done::Now;
    if let (true, State::Claimed(claim)) = (is_new, kept.task.state.clone()) {
        if !task::save_claim(write.tx(), &mut kept, &claim).await? {
            return Err(Error::Stale {
                name: pb.name,
                current: kept.etag(),
            });
        }
        audit::record(
            write.tx(),
            &ctx.clock,
            &caller,
            "ClaimReviewTask",
            &pb.name,
            "",
        )
        .await?;
        // The applicant is told once that somebody looks at it, whoever goes on with it later.
        if kept.start_time.is_none() {
            events::review_started::publish(ctx, write.tx(), &kept).await?;
        }
    }
    write.commit(to_pb::task(&kept, now)).await
}
