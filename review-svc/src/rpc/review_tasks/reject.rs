//! RejectApplication: for the holder of the claim, by known reasons.

use chassis::caller::Caller;
use chassis::error::Result;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use super::decide::{Asked, check_etag, decide};
use super::{Named, from_pb, request_id, second_opinion, task_id, to_pb};
use crate::Context;
use crate::domain::decision::{Decision, Reason};

const ACTION: &str = "RejectApplication";

pub async fn reject(
    ctx: &Context,
    request: Request<pb::RejectApplicationRequest>,
) -> Result<pb::ReviewTask> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (named, reasons) = parse(ctx, &pb)?;

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
    let decision = Decision::Reject { reasons };
    let kept = decide(ctx, write.tx(), &caller, asked, decision, now).await?;
    write.commit(to_pb::task(&kept, now, &caller)).await
}

fn parse(ctx: &Context, pb: &pb::RejectApplicationRequest) -> Result<(Named, Vec<Reason>)> {
    let mut violations = Violations::new();
    let named = task_id(&mut violations, &pb.name);
    check_etag(&mut violations, &pb.etag);
    let reasons = from_pb::reasons(&pb.reasons);
    if let Err(wrong) = Decision::reject(reasons.clone(), ctx.reasons) {
        violations.extend(wrong);
    }
    request_id(&mut violations, &pb.request_id);
    match named {
        Some(named) if violations.is_empty() => Ok((named, reasons)),
        _ => Err(violations.into()),
    }
}
