//! AcceptApplication: for the holder of the claim.

use chassis::caller::Caller;
use chassis::error::Result;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use super::decide::{Asked, check_etag, decide};
use super::{request_id, second_opinion, task_id, to_pb};
use crate::Context;
use crate::domain::decision::Decision;

const ACTION: &str = "AcceptApplication";

pub async fn accept(
    ctx: &Context,
    request: Request<pb::AcceptApplicationRequest>,
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

    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, ACTION, id, &pb).await? {
        Once::Answered(task) => return Ok(task),
        Once::Begun(write) => write,
    };
    let now = ctx.clock.now();
    let asked = Asked {
        action: ACTION,
        named,
        name: &pb.name,
        etag: &pb.etag,
        second_opinion: second_opinion(pb.ask_second_opinion),
    };
    let kept = decide(ctx, write.tx(), &caller, asked, Decision::Accept, now).await?;
    write.commit(to_pb::task(&kept, now, &caller)).await
}
