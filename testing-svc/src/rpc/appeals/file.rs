//! FileAppeal: against one's own published result, once, inside the term.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use jiff::Timestamp;
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::domain::appeal::{Appeal, LONGEST_TEXT};
use crate::domain::refusal::Refusal;
use crate::domain::stage_result::StageResult;
use crate::rpc::parse;
use crate::{Context, events, store};

pub async fn file(ctx: &Context, request: Request<pb::FileAppealRequest>) -> Result<pb::Appeal> {
    let caller = Caller::of(&request);
    let account = caller.person()?.account;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let field = "stage_result";
    let name = parse::nested(&mut violations, field, parse::RESULT, &pb.stage_result);
    let text = violations.text("text", &pb.text, LONGEST_TEXT);
    parse::request_id(&mut violations, &pb.request_id);
    let (Some(name), true) = (name, violations.is_empty()) else {
        return Err(violations.into());
    };
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, "FileAppeal", &pb.request_id, &pb).await? {
        Once::Answered(appeal) => return Ok(appeal),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), clock.now());
    // Not while decisions on appeals of the stage are being published.
    store::stage::share(tx, name.parent).await?;
    let result = store::stage_result::lock(tx, name.id)
        .await?
        .filter(|it| it.stage == name.parent && it.campaign == name.campaign)
        .filter(|it| it.account == account)
        .ok_or_else(|| Error::NotFound(pb.stage_result.clone()))?;
    may_appeal(&result, now)?;
    let appeal = Appeal {
        id: ctx.ids.uuid(),
        campaign: result.campaign.clone(),
        stage: result.stage,
        result: result.id,
        account,
        candidate_number: result.candidate_number.clone(),
        text,
        filed: now,
        decision: None,
        published: None,
        advanced: false,
        version: 1,
    };
    if !store::appeal::insert(tx, &appeal).await? {
        let first = store::appeal::against(tx, result.id).await?;
        let first = first.ok_or_else(|| Error::NotFound(pb.stage_result.clone()))?;
        return Err(Refusal::AppealExists {
            appeal: first.name(),
        }
        .into());
    }
    audit::record(tx, clock, &caller, "FileAppeal", &appeal.name(), "").await?;
    events::appeal_filed(ctx, tx, &appeal).await?;
    write.commit(written(&appeal, &caller)).await
}

fn may_appeal(result: &StageResult, now: Timestamp) -> Result<(), Refusal> {
    if result.score.is_none() {
        return Err(Refusal::ResultNotScored);
    }
    let until = result.published.as_ref().and_then(|it| it.appeals_until);
    match until {
        Some(until) if now < until => Ok(()),
        until => Err(Refusal::AppealTermOver { until }),
    }
}
