//! BulkReassign: a campaign manager gives tasks to an expert.

use chassis::caller::Caller;
use chassis::error::Result;
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use super::items::{self, Begun, Ground};
use crate::Context;
use crate::rpc::review_queues::reassign::{check_expert, give};
use crate::rpc::review_tasks::request_id;

const ACTION: &str = "BulkReassign";

pub async fn reassign(
    ctx: &Context,
    request: Request<pb::BulkReassignRequest>,
) -> Result<pb::BulkReassignResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    items::names(&mut violations, &pb.names);
    check_expert(&mut violations, &pb.expert);
    request_id(&mut violations, &pb.request_id);
    violations.into_result()?;

    let asked = (pb.dry_run, pb.request_id.as_str());
    let ground = match Ground::begin(ctx, &caller, ACTION, asked, &pb).await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::On(ground) => ground,
    };
    let now = ctx.clock.now();
    let mut outcomes = items::unknown(&pb.names);
    for (at, mut kept) in items::lock(ground.tx(), &pb.names).await? {
        let untouched = kept.clone();
        let done = give(ctx, ground.tx(), &caller, &mut kept, &pb.expert, now).await;
        // A task that is refused is as it was, whatever was tried.
        let shown = if done.is_ok() { &kept } else { &untouched };
        outcomes[at] = items::outcome(shown, done, now)?;
    }
    let answer = pb::BulkReassignResponse {
        changed_count: items::changed(&outcomes),
        outcomes,
    };
    ground.end(answer).await
}
