//! RequestCorrection: for the holder of the claim, of sections of the submission, with the term that
//! the campaign gives.

use chassis::caller::Caller;
use chassis::clock::astana;
use chassis::error::Result;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::questionnaire::v1::CorrectionKind as PbKind;
use proto::questionnaire::v1::campaigns_client::CampaignsClient;
use proto::questionnaire::v1::submissions_client::SubmissionsClient;
use proto::questionnaire::v1::{GetCampaignRequest, GetSubmissionRequest};
use proto::review::v1 as pb;
use tonic::Request;

use super::decide::{Asked, check_etag, decide};
use super::{Named, expert, request_id, task_id, to_pb};
use crate::domain::decision::{CorrectionItem, CorrectionKind, Decision};
use crate::store::task::Kept;
use crate::{Context, events};

const ACTION: &str = "RequestCorrection";

pub async fn request(
    ctx: &Context,
    request: Request<pb::RequestCorrectionRequest>,
) -> Result<pb::ReviewTask> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (named, items, mut violations) = parse(&pb)?;
    if let Some(task) = answered(ctx, &caller, &pb, &violations).await? {
        return Ok(task);
    }
    // What the decision needs to know of others is asked before the transaction begins, and only
    // for whoever may decide.
    let kept = named.find(ctx, &pb.name).await?;
    kept.task.must_hold(&expert(&caller)?, ctx.clock.now())?;
    let sections = sections(ctx, &kept).await?;
    let working_days = working_days(ctx, &kept).await?;
    let now = ctx.clock.now();
    let due_time = ctx.calendar.term(now, working_days, &astana())?.due_time;
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
    };
    let decision = Decision::RequestCorrection {
        items: items.clone(),
        correction_due_time: due_time,
    };
    let kept = decide(ctx, write.tx(), &caller, asked, decision, now).await?;
    events::correction_asked::publish(ctx, write.tx(), &kept, now, &items, due_time).await?;
    write.commit(to_pb::task(&kept, now)).await
}

/// The answer that this request got before: a repeat must not depend on what others say by now.
async fn answered(
    ctx: &Context,
    caller: &Caller,
    pb: &pb::RequestCorrectionRequest,
    violations: &Violations,
) -> Result<Option<pb::ReviewTask>> {
    if !violations.is_empty() {
        return Ok(None);
    }
    match once::begin(&ctx.db, &ctx.clock, caller, ACTION, &pb.request_id, pb).await? {
        Once::Answered(task) => Ok(Some(task)),
        // Undone when dropped: the calls to others come first.
        Once::Begun(_) => Ok(None),
    }
}

/// The violations come along, because what is wrong with the sections is known only later.
fn parse(pb: &pb::RequestCorrectionRequest) -> Result<(Named, Vec<CorrectionItem>, Violations)> {
    let mut violations = Violations::new();
    let named = task_id(&mut violations, &pb.name);
    check_etag(&mut violations, &pb.etag);
    request_id(&mut violations, &pb.request_id);
    let items = pb.items.iter().enumerate();
    let items = items
        .map(|(at, item)| self::item(&mut violations, at, item))
        .collect();
    match named {
        Some(named) => Ok((named, items, violations)),
        None => Err(violations.into()),
    }
}

fn item(violations: &mut Violations, at: usize, pb: &pb::CorrectionItem) -> CorrectionItem {
    let kind = match PbKind::try_from(pb.kind) {
        Ok(PbKind::Incorrect) => Ok(CorrectionKind::Incorrect),
        Ok(PbKind::Incomplete) => Ok(CorrectionKind::Incomplete),
        Ok(PbKind::Outdated) => Ok(CorrectionKind::Outdated),
        Ok(PbKind::Unspecified) => Err("REQUIRED"),
        Err(_) => Err("UNKNOWN_VALUE"),
    };
    let kind = violations.take(&format!("items[{at}].kind"), kind);
    CorrectionItem {
        section: pb.section.clone(),
        // Without a kind the request ends, once all else that is wrong is found.
        kind: kind.unwrap_or(CorrectionKind::Incorrect),
        note: pb.note.trim().to_owned(),
    }
}

/// The sections that were submitted: no others can be corrected.
async fn sections(ctx: &Context, kept: &Kept) -> Result<Vec<String>> {
    let mut submissions = SubmissionsClient::new(ctx.questionnaire.clone());
    let request = GetSubmissionRequest {
        name: kept.submission.clone(),
    };
    let submission = submissions.get_submission(request).await?.into_inner();
    let ids = submission
        .sections
        .iter()
        .filter_map(|section| section.name.rsplit('/').next());
    Ok(ids.map(str::to_owned).collect())
}

async fn working_days(ctx: &Context, kept: &Kept) -> Result<u32> {
    let mut campaigns = CampaignsClient::new(ctx.questionnaire.clone());
    let request = GetCampaignRequest {
        name: kept.campaign.clone(),
    };
    let campaign = campaigns.get_campaign(request).await?.into_inner();
    let days = campaign
        .rules
        .map_or(0, |rules| rules.correction_working_days);
    let given = u32::try_from(days).ok().filter(|days| *days > 0);
    Ok(given.unwrap_or(ctx.config.correction_working_days))
}
