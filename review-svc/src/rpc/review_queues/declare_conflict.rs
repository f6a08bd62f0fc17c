//! DeclareConflict: an expert who knows the applicant gives the task back, for good.

use chassis::audit;
use chassis::caller::Caller;
use chassis::error::Result;
use chassis::once::{self, Once};
use proto::review::v1 as pb;
use tonic::Request;

use crate::Context;
use crate::rpc::review_tasks::{expert, parse, to_pb};
use crate::store::{self, task};

const ACTION: &str = "DeclareConflict";

pub async fn declare(
    ctx: &Context,
    request: Request<pb::DeclareConflictRequest>,
) -> Result<pb::ReviewTask> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let named = parse(&pb.name, &pb.request_id)?;
    let expert = expert(&caller)?;
    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, ACTION, id, &pb).await? {
        Once::Answered(task) => return Ok(task),
        Once::Begun(write) => write,
    };
    let now = ctx.clock.now();
    let mut kept = named.lock(write.tx(), &pb.name).await?;
    kept.task.recuse(&expert)?;
    if store::expert::declare_conflict(write.tx(), &kept.application, &expert, now).await? {
        task::save(write.tx(), &mut kept).await?;
        audit::record(write.tx(), &ctx.clock, &caller, ACTION, &pb.name, "").await?;
    }
    write.commit(to_pb::task(&kept, now, &caller)).await
}
