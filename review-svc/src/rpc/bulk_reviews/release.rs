//! BulkRelease: claims go back, one's own or for campaign managers anybody's.

use chassis::audit;
use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::error::Result;
use chassis::violation::Violations;
use jiff::Timestamp;
use proto::review::v1 as pb;
use tonic::Request;

use super::items::{self, Begun, Ground};
use crate::Context;
use crate::domain::refusal::Refusal;
use crate::domain::task::{Actor, Done};
use crate::rpc::review_tasks::{actor, expert, request_id};
use crate::store::task::{self, Kept};

const ACTION: &str = "BulkRelease";

pub async fn release(
    ctx: &Context,
    request: Request<pb::BulkReleaseRequest>,
) -> Result<pb::BulkReleaseResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    items::names(&mut violations, &pb.names);
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
        let done = apply(ctx, ground.tx(), &caller, &mut kept, now).await;
        // A task that is refused is as it was, whatever was tried.
        let shown = if done.is_ok() { &kept } else { &untouched };
        outcomes[at] = items::outcome(shown, done, now)?;
    }
    let answer = pb::BulkReleaseResponse {
        changed_count: items::changed(&outcomes),
        outcomes,
    };
    ground.end(answer).await
}

async fn apply(
    ctx: &Context,
    tx: &Tx,
    caller: &Caller,
    kept: &mut Kept,
    now: Timestamp,
) -> Result<()> {
    let person = expert(caller)?;
    match actor(caller, &person) {
        Actor::Expert(expert) => kept.task.release(expert, now)?,
        Actor::CampaignManager(_) => {
            if kept.task.take_back(now)? == Done::Before {
                return Err(Refusal::ClaimNeeded.into());
            }
        }
    }
    task::save(tx, kept).await?;
    Ok(audit::record(tx, &ctx.clock, caller, ACTION, &kept.name(), "").await?)
}
