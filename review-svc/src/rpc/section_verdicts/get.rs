//! GetSectionReview: the verdicts that count, and those of earlier experts as advice.

use chassis::caller::{Caller, Role};
use chassis::error::{Error, Result};
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use crate::Context;
use crate::rpc::review_tasks::{expert, to_pb};
use crate::store::task::{self, Kept};
use crate::store::verdict::{self, Saved};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetSectionReviewRequest>,
) -> Result<pb::SectionReview> {
    let caller = Caller::of(&request);
    let name = request.into_inner().name;
    let mut violations = Violations::new();
    let Some(id) = task_of(&mut violations, &name) else {
        return Err(violations.into());
    };
    let found = match Uuid::parse_str(id) {
        Ok(id) => task::find(ctx.db.read(), id).await?,
        Err(_) => None,
    };
    let kept = found.ok_or_else(|| Error::NotFound(name.clone()))?;
    let (person, now) = (expert(&caller)?, ctx.clock.now());
    if caller.has(Role::CampaignManager) {
        kept.task.must_not_be_own(&person)?;
    } else {
        kept.task.must_hold(&person, now)?;
    }
    let holder = kept.task.live_claim(now).map(|claim| claim.expert.clone());
    let hidden = match caller.has(Role::CampaignManager) {
        true => None,
        false => first_expert(&kept),
    };
    let all = verdict::all(ctx.db.read(), kept.id).await?;
    let version = match &holder {
        Some(holder) => verdict::version(ctx.db.read(), kept.id, holder).await?,
        None => 0,
    };
    Ok(shown(&kept, &all, version, (holder.as_deref(), hidden)))
}

/// The task's id in the name of its review.
pub fn task_of<'a>(violations: &mut Violations, name: &'a str) -> Option<&'a str> {
    let ids = chassis::name::capture::<1>("reviewTasks/*/sectionReview", name);
    if ids.is_none() {
        violations.add("name", "INVALID_NAME");
    }
    ids.map(|[id]| id)
}

/// Whose verdicts an expert who gives the second opinion does not see.
pub fn first_expert(kept: &Kept) -> Option<&str> {
    let first = kept.task.first_opinion.as_ref();
    first.map(|opinion| opinion.expert.as_str())
}

/// The review of the sections as it counts for the holder of the claim, without what is hidden.
pub fn shown(
    kept: &Kept,
    all: &[Saved],
    version: i64,
    (holder, hidden): (Option<&str>, Option<&str>),
) -> pb::SectionReview {
    let is_holders = |saved: &&Saved| Some(saved.expert.as_str()) == holder;
    let counted: Vec<&Saved> = all.iter().filter(is_holders).collect();
    let is_advice = |saved: &&Saved| {
        let expert = Some(saved.expert.as_str());
        expert != holder && expert != hidden
    };
    let sections = kept.sections.iter().flatten();
    let is_marked = |id: &str| counted.iter().any(|it| it.verdict.section == id);
    pb::SectionReview {
        name: format!("{}/sectionReview", kept.name()),
        verdicts: counted.iter().map(|saved| to_pb::verdict(saved)).collect(),
        advice: all.iter().filter(is_advice).map(to_pb::verdict).collect(),
        unmarked_sections: sections.filter(|id| !is_marked(id)).cloned().collect(),
        etag: etag(version),
    }
}

pub fn etag(version: i64) -> String {
    format!("v{version}")
}
