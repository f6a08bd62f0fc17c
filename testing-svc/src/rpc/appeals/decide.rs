//! DecideAppeal: by a campaign manager, for the commission; again until it is published.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::written;
use crate::domain::appeal::{Appeal, Decided, LONGEST_TEXT, delta, raised};
use crate::domain::certificate::terms::BySubject;
use crate::rpc::{enums, parse};
use crate::{Context, store};

pub async fn decide(
    ctx: &Context,
    request: Request<pb::DecideAppealRequest>,
) -> Result<pb::Appeal> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (campaign, id, mut decided) = read(&pb)?;
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, "DecideAppeal", &pb.request_id, &pb).await? {
        Once::Answered(appeal) => return Ok(appeal),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let appeal = store::appeal::lock(tx, id).await?;
    let appeal = appeal.filter(|it| it.campaign == campaign);
    let mut appeal = appeal.ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    let mut violations = Violations::new();
    let version = parse::etag(&mut violations, &pb.etag);
    if version.is_some_and(|version| version != appeal.version) {
        return Err(Error::Stale {
            name: pb.name,
            current: parse::written_etag(appeal.version),
        });
    }
    let given = parse::subject_scores(&pb.subject_deltas);
    decided.subjects = stays_on_scale(tx, &appeal, &decided, &given).await?;
    let verdict = decided.verdict.as_str();
    appeal.decide(decided)?;
    store::appeal::save(tx, &appeal).await?;
    appeal.version += 1;
    audit::record(tx, clock, &caller, "DecideAppeal", &appeal.name(), verdict).await?;
    write.commit(written(&appeal, &caller)).await
}

fn read(pb: &pb::DecideAppealRequest) -> Result<(String, Uuid, Decided)> {
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "name", parse::APPEAL, &pb.name);
    let verdict = enums::from_verdict;
    let verdict = parse::word(&mut violations, "decision", pb.decision, verdict);
    let change = verdict.map(|verdict| delta(verdict, &pb.score_delta));
    let change = change.and_then(|change| violations.take("score_delta", change));
    let note = violations.text("note", &pb.note, LONGEST_TEXT);
    parse::etag(&mut violations, &pb.etag);
    parse::request_id(&mut violations, &pb.request_id);
    match (name, verdict, change, violations.is_empty()) {
        (Some((campaign, id)), Some(verdict), Some(delta), true) => {
            let decided = Decided {
                verdict,
                delta,
                subjects: BySubject::new(),
                note,
            };
            Ok((campaign, id, decided))
        }
        _ => Err(violations.into()),
    }
}

/// The total is a score of the stage too, and that of each subject one of the subject.
async fn stays_on_scale(
    tx: &chassis::database::Tx,
    appeal: &Appeal,
    decided: &Decided,
    given: &[(String, String)],
) -> Result<BySubject> {
    let not_found = || Error::NotFound(appeal.name());
    let stage = store::stage::find(tx, appeal.stage).await?;
    let scale = stage.ok_or_else(not_found)?.scale()?;
    let result = store::stage_result::lock(tx, appeal.result).await?;
    let result = result.ok_or_else(not_found)?;
    let score = result.score.ok_or_else(not_found)?;
    let mut violations = Violations::new();
    violations.take("score_delta", raised(&scale, score, decided.delta));
    let subjects = match &result.terms {
        Some(terms) => terms.deltas(&scale, &result.subjects, given, decided.delta),
        None if given.is_empty() => Ok(BySubject::new()),
        None => Err("SUBJECT_UNKNOWN"),
    };
    let subjects = violations.take("subject_deltas", subjects);
    violations.into_result()?;
    Ok(subjects.unwrap_or_default())
}
