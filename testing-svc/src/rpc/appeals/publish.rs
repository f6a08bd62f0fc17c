//! PublishAppealDecisions: those that are decided, all at once. Who now reaches the cut advances
//! additionally; nobody loses a place.

use chassis::caller::Caller;
use chassis::clock::astana_date;
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::testing::v1 as pb;
use tonic::Request;

use crate::domain::appeal::{Appeal, Verdict, reaches};
use crate::domain::certificate::terms::BySubject;
use crate::domain::participant::Came;
use crate::domain::refusal::Refusal;
use crate::domain::score::Score;
use crate::domain::stage::{Place, Stage};
use crate::rpc::memberships::begin;
use crate::rpc::parse;
use crate::store::stage_result::Raise;
use crate::{Context, events, store};

pub async fn publish(
    ctx: &Context,
    request: Request<pb::PublishAppealDecisionsRequest>,
) -> Result<pb::PublishAppealDecisionsResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "parent", parse::STAGE, &pb.parent);
    parse::request_id(&mut violations, &pb.request_id);
    let (Some((campaign, id)), true) = (name, violations.is_empty()) else {
        return Err(violations.into());
    };
    let rpc = "PublishAppealDecisions";
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, rpc, &pb.request_id, &pb).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let stage = store::stage::lock(tx, id).await?;
    let stage = stage.filter(|stage| stage.campaign == campaign);
    let stage = stage.ok_or_else(|| Error::NotFound(pb.parent.clone()))?;
    if stage.published.or(stage.begun).is_none() {
        return Err(Refusal::ResultsNotPublished.into());
    }
    let mut answer = pb::PublishAppealDecisionsResponse::default();
    for mut appeal in store::appeal::lock_decided(tx, id).await? {
        take_effect(ctx, tx, &stage, &mut appeal).await?;
        answer.published_count += 1;
        answer.granted_count += i32::from(is_granted(&appeal));
        answer.advanced_count += i32::from(appeal.advanced);
        let name = appeal.name();
        audit::record(tx, clock, &caller, rpc, &name, &appeal.advanced.to_string()).await?;
        events::appeal_decided(ctx, tx, &appeal, is_granted(&appeal)).await?;
    }
    if answer.advanced_count > 0 && stage.selection.place == Place::More {
        let next = store::stage::number_after(tx, &stage).await?;
        store::eligibility::open_stage(tx, id, next, clock.now()).await?;
    }
    let waiting = store::appeal::waiting(tx, id).await?;
    answer.waiting_count = i32::try_from(waiting).unwrap_or(i32::MAX);
    write.commit(answer).await
}

fn is_granted(appeal: &Appeal) -> bool {
    let decided = appeal.decision.as_ref();
    decided.is_some_and(|it| it.verdict == Verdict::Granted)
}

async fn take_effect(ctx: &Context, tx: &Tx, stage: &Stage, appeal: &mut Appeal) -> Result<()> {
    let now = ctx.clock.now();
    let result = store::stage_result::lock(tx, appeal.result).await?;
    let result = result.ok_or_else(|| Error::NotFound(appeal.name()))?;
    let decided = appeal.decision.as_ref();
    let delta = decided.map_or(Score(0), |it| it.delta);
    let published = result.published.as_ref();
    let advances = published.is_some_and(|published| {
        let total = result.score.unwrap_or_default().plus(delta);
        published.came == Came::NotAdvanced && reaches(published.cut, total)
    });
    // Issued, or replaced: only a total that changed says anything new.
    let certificate = result.mark_with(delta).filter(|_| delta > Score(0));
    let none = BySubject::new();
    let raise = Raise {
        delta,
        subjects: decided.map_or(&none, |it| &it.subjects),
        advances,
        certificate_due: certificate.map(|_| now),
    };
    store::stage_result::raise(tx, result.id, &raise).await?;
    appeal.published = Some(now);
    appeal.advanced = advances;
    store::appeal::save(tx, appeal).await?;
    appeal.version += 1;
    if advances && stage.selection.place == Place::Last {
        begin(ctx, tx, stage, (&result).into(), astana_date(now)).await?;
    }
    Ok(())
}
