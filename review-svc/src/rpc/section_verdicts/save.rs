//! SaveSectionVerdicts: verdicts are saved as they are found, by the holder of the claim.

use chassis::audit;
use chassis::caller::Caller;
use chassis::error::{Error, Result};
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::get::{etag, first_expert, shown, task_of};
use crate::Context;
use crate::domain::verdict::{self, MOST_AT_ONCE, SectionVerdict};
use crate::rpc::answered;
use crate::rpc::review_tasks::decide::check_etag;
use crate::rpc::review_tasks::{Named, correction, expert, from_pb, request_id};
use crate::store;
use crate::store::task;

const ACTION: &str = "SaveSectionVerdicts";

pub async fn save(
    ctx: &Context,
    request: Request<pb::SaveSectionVerdictsRequest>,
) -> Result<pb::SectionReview> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (named, verdicts, mut violations) = parse(&pb)?;
    if violations.is_empty()
        && let Some(review) = answered(ctx, &caller, ACTION, &pb.request_id, &pb).await?
    {
        return Ok(review);
    }
    // The sections are read of questionnaire-svc the first time, and only for whoever may.
    let (expert, now) = (expert(&caller)?, ctx.clock.now());
    let found = named.find(ctx, &pb.name).await?;
    found.task.must_hold(&expert, now)?;
    let sections = correction::sections(ctx, &found).await?;
    verdict::check(&verdicts, &sections, &mut violations);
    violations.into_result()?;

    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, ACTION, id, &pb).await? {
        Once::Answered(review) => return Ok(review),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let mut kept = named.lock(tx, &pb.name).await?;
    kept.task.must_hold(&expert, now)?;
    let current = etag(store::verdict::version(tx, kept.id, &expert).await?);
    if !pb.etag.is_empty() && pb.etag != current {
        return Err(Error::Stale {
            name: pb.name,
            current,
        });
    }
    task::keep_sections(tx, &mut kept, sections).await?;
    store::verdict::save(tx, kept.id, &expert, &verdicts, now).await?;
    audit::record(
        tx,
        &ctx.clock,
        &caller,
        ACTION,
        &kept.name(),
        &detail(&verdicts),
    )
    .await?;
    let all = store::verdict::all(tx, kept.id).await?;
    let version = store::verdict::version(tx, kept.id, &expert).await?;
    let whose = (Some(expert.as_str()), first_expert(&kept));
    let review = shown(&kept, &all, version, whose);
    write.commit(review).await
}

/// Which sections, and what of them; notes stay with the task.
fn detail(verdicts: &[SectionVerdict]) -> String {
    let one = |it: &SectionVerdict| format!("{} {}", it.section, it.verdict.code());
    verdicts.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn parse(pb: &pb::SaveSectionVerdictsRequest) -> Result<(Named, Vec<SectionVerdict>, Violations)> {
    let mut violations = Violations::new();
    let id = task_of(&mut violations, &pb.name);
    check_etag(&mut violations, &pb.etag);
    if pb.verdicts.is_empty() {
        violations.add("verdicts", "REQUIRED");
    } else if pb.verdicts.len() > MOST_AT_ONCE {
        violations.add_with("verdicts", "TOO_MANY", [("max", MOST_AT_ONCE.to_string())]);
    }
    request_id(&mut violations, &pb.request_id);
    let verdicts = from_pb::verdicts(&mut violations, &pb.verdicts);
    match id {
        Some(id) => Ok((Named(Uuid::parse_str(id).ok()), verdicts, violations)),
        None => Err(violations.into()),
    }
}
