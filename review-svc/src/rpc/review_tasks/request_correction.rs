//! RequestCorrection: for the holder of the claim, of sections of the submission, with the term that
//! the campaign gives.

use chassis::caller::Caller;
use chassis::error::Result;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use super::decide::{Asked, check_etag, decide};
use super::{Named, correction, expert, from_pb, request_id, task_id, to_pb};
use crate::Context;
use crate::domain::decision::{CorrectionItem, Decision};
use crate::domain::opinion::SecondOpinion;
use crate::domain::verdict;
use crate::rpc::answered;
use crate::store;

const ACTION: &str = "RequestCorrection";

pub async fn request(
    ctx: &Context,
    request: Request<pb::RequestCorrectionRequest>,
) -> Result<pb::ReviewTask> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (named, mut items, mut violations) = parse(&pb)?;
    if violations.is_empty()
        && let Some(task) = answered(ctx, &caller, ACTION, &pb.request_id, &pb).await?
    {
        return Ok(task);
    }
    // What the decision needs to know of others is asked before the transaction begins, and only
    // for whoever may decide.
    let kept = named.find(ctx, &pb.name).await?;
    let expert = expert(&caller)?;
    kept.task.must_hold(&expert, ctx.clock.now())?;
    if pb.items.is_empty() {
        let verdicts = store::verdict::of(ctx.db.read(), kept.id, &expert).await?;
        items = verdict::items(&verdicts);
    }
    let sections = correction::correctable(ctx, &kept).await?;
    let now = ctx.clock.now();
    let due_time = correction::due_time(ctx, &kept, now).await?;
    if let Err(wrong) = Decision::request_correction(items.clone(), &sections, due_time) {
        violations.extend(wrong);
    }
    violations.into_result()?;

    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, ACTION, id, &pb).await? {
        Once::Answered(task) => return Ok(task),
        Once::Begun(write) => write,
    };
    let asked = Asked {
        action: ACTION,
        named,
        name: &pb.name,
        etag: &pb.etag,
        second_opinion: SecondOpinion::NotNeeded,
    };
    let decision = Decision::RequestCorrection {
        items,
        correction_due_time: due_time,
    };
    let kept = decide(ctx, write.tx(), &caller, asked, decision, now).await?;
    write.commit(to_pb::task(&kept, now, &caller)).await
}

/// The violations come along, because what is wrong with the sections is known only later.
fn parse(pb: &pb::RequestCorrectionRequest) -> Result<(Named, Vec<CorrectionItem>, Violations)> {
    let mut violations = Violations::new();
    let named = task_id(&mut violations, &pb.name);
    check_etag(&mut violations, &pb.etag);
    request_id(&mut violations, &pb.request_id);
    let items = from_pb::items(&mut violations, &pb.items);
    match named {
        Some(named) => Ok((named, items, violations)),
        None => Err(violations.into()),
    }
}
