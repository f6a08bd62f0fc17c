//! ClaimReviewTask: of two experts at once, one gets the task.

use chassis::audit;
use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::error::{Error, Result};
use chassis::once::{self, Once};
use jiff::Timestamp;
use proto::review::v1 as pb;
use tonic::Request;

use super::{expert, parse, to_pb};
use crate::domain::policy::ReviewPolicy;
use crate::domain::refusal::Refusal;
use crate::domain::task::{Claim, Done, State};
use crate::store::task::{self, Kept};
use crate::store::{self, queue};
use crate::{Context, events};

const ACTION: &str = "ClaimReviewTask";

pub async fn claim(
    ctx: &Context,
    request: Request<pb::ClaimReviewTaskRequest>,
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
    store::expert::lock(write.tx(), &expert).await?;
    let mut kept = named.lock(write.tx(), &pb.name).await?;
    let is_new = kept.task.claim(&expert, now, ctx.config.lease)? == Done::Now;
    if let (true, State::Claimed(claim)) = (is_new, kept.task.state.clone()) {
        if store::expert::has_conflict(write.tx(), &kept.application, &expert).await? {
            return Err(Refusal::ConflictOfInterest.into());
        }
        let (policy, _) = store::policy::of(write.tx(), &kept.campaign, &ctx.config).await?;
        must_have_room(write.tx(), &kept.campaign, &expert, &policy, now).await?;
        take(ctx, write.tx(), &caller, &mut kept, &claim, ACTION).await?;
    }
    write.commit(to_pb::task(&kept, now, &caller)).await
}

/// The expert's row is locked: whatever they claim at the same moment waits for this count.
pub async fn must_have_room(
    tx: &Tx,
    campaign: &str,
    expert: &str,
    policy: &ReviewPolicy,
    now: Timestamp,
) -> Result<()> {
    let max = policy.claims_per_expert;
    if queue::held_by(tx, campaign, expert, now).await? >= i64::from(max) {
        return Err(Refusal::TooManyClaims { max }.into());
    }
    Ok(())
}

/// Writes a new claim down, and tells the applicant's side of the first one.
pub async fn take(
    ctx: &Context,
    tx: &Tx,
    caller: &Caller,
    kept: &mut Kept,
    claim: &Claim,
    action: &'static str,
) -> Result<()> {
    if !task::save_claim(tx, kept, claim).await? {
        return Err(Error::Stale {
            name: kept.name(),
            current: kept.etag(),
        });
    }
    audit::record(tx, &ctx.clock, caller, action, &kept.name(), "").await?;
    // The applicant is told once that somebody looks at it, whoever goes on with it later.
    if kept.start_time.is_none() {
        kept.start_time = Some(claim.claim_time);
        events::review_started::publish(ctx, tx, kept).await?;
    }
    Ok(())
}
