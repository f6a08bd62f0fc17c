//! BulkDecide: accepts or rejects tasks, each as it would be alone.

use chassis::caller::{Caller, Role};
use chassis::database::Tx;
use chassis::error::Result;
use chassis::violation::Violations;
use jiff::Timestamp;
use proto::review::v1 as pb;
use proto::review::v1::decision::Outcome;
use tonic::Request;

use super::items::{self, Begun, Ground};
use crate::Context;
use crate::domain::decision::Decision;
use crate::domain::opinion::SecondOpinion;
use crate::domain::task::State;
use crate::rpc::pending_decisions::change::refusal;
use crate::rpc::review_tasks::decide::{Step, finish, settle};
use crate::rpc::review_tasks::{actor, expert, from_pb, request_id};
use crate::store::policy;
use crate::store::task::Kept;

const ACTION: &str = "BulkDecide";

pub async fn decide(
    ctx: &Context,
    request: Request<pb::BulkDecideRequest>,
) -> Result<pb::BulkDecideResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    items::names(&mut violations, &pb.names);
    let decision = decision(ctx, &mut violations, &pb);
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
        let done = apply(ctx, ground.tx(), &caller, &mut kept, &decision, now).await;
        // A task that is refused is as it was, whatever was tried.
        let shown = if done.is_ok() { &kept } else { &untouched };
        outcomes[at] = items::outcome(shown, done, now)?;
    }
    let answer = pb::BulkDecideResponse {
        changed_count: items::changed(&outcomes),
        outcomes,
    };
    ground.end(answer).await
}

/// A request for correction names what is wrong with one application: there is none for many.
fn decision(ctx: &Context, violations: &mut Violations, pb: &pb::BulkDecideRequest) -> Decision {
    let outcome = match Outcome::try_from(pb.outcome) {
        Ok(Outcome::Unspecified) => Err("REQUIRED"),
        Ok(Outcome::Accepted) => Ok(Outcome::Accepted),
        Ok(Outcome::Rejected) => Ok(Outcome::Rejected),
        Ok(Outcome::CorrectionRequested) | Err(_) => Err("UNKNOWN_VALUE"),
    };
    let outcome = violations.take("outcome", outcome);
    if outcome == Some(Outcome::Rejected) {
        let reasons = from_pb::reasons(&pb.reasons);
        if let Err(wrong) = Decision::reject(reasons.clone(), ctx.reasons) {
            violations.extend(wrong);
        }
        return Decision::Reject { reasons };
    }
    if !pb.reasons.is_empty() {
        violations.add("reasons", "NOT_OF_THIS_OUTCOME");
    }
    Decision::Accept
}

async fn apply(
    ctx: &Context,
    tx: &Tx,
    caller: &Caller,
    kept: &mut Kept,
    decision: &Decision,
    now: Timestamp,
) -> Result<()> {
    let person = expert(caller)?;
    let (policy, _) = policy::of(tx, &kept.campaign, &ctx.config).await?;
    let made = (ACTION, decision.outcome());
    let next = match &kept.task.state {
        State::Pending { .. } => {
            let change = kept
                .task
                .change(actor(caller, &person), decision.clone(), now);
            change.map_err(refusal)?
        }
        State::Disputed if caller.has(Role::CampaignManager) => {
            let publication = policy.publication;
            kept.task
                .resolve(&person, decision.clone(), now, publication)?
        }
        _ => {
            let step = Step {
                action: ACTION,
                decision: decision.clone(),
                second_opinion: SecondOpinion::NotNeeded,
                now,
            };
            return settle(ctx, tx, caller, kept, &policy, step).await;
        }
    };
    finish(ctx, tx, caller, kept, made, next).await
}
