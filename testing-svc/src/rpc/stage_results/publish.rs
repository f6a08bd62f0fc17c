//! PublishStageResults: everybody's result in one transaction, under the lock of the stage. Before its
//! commit nobody sees anything, after it everybody sees theirs, and it never changes. The news of it go
//! out in batches afterwards: thousands of events would make the transaction long.

use std::collections::BTreeSet;

use chassis::caller::Caller;
use chassis::clock::astana_date;
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use jiff::Timestamp;
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::written_publication;
use crate::domain::cut::{Choice, is_undecided, weigh};
use crate::domain::participant::{Came, Line, lines};
use crate::domain::refusal::{Refusal, Waiting};
use crate::domain::stage::{Place, Stage};
use crate::rpc::memberships::begin;
use crate::rpc::parse;
use crate::store::publication::{Publication, With};
use crate::store::weighed::Weighed;
use crate::{Context, store};

/// Whom a commission can choose at most.
const MOST_CHOSEN: usize = 1_000;

pub async fn publish(
    ctx: &Context,
    request: Request<pb::PublishStageResultsRequest>,
) -> Result<pb::StagePublication> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (campaign, id, chosen) = read(&pb)?;
    let rpc = "PublishStageResults";
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, rpc, &pb.request_id, &pb).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), clock.now());
    let stage = store::stage::lock(tx, id).await?;
    let stage = stage.filter(|stage| stage.campaign == campaign);
    let stage = stage.ok_or_else(|| Error::NotFound(pb.parent.clone()))?;
    stage.is_open()?;
    in_order(tx, &stage).await?;
    let weighed = store::weighed::weigh(tx, &stage, &chosen, now).await?;
    may_publish(&pb, &weighed, &chosen)?;
    let publication = Publication {
        stage: stage.id,
        time: now,
        input_hash: weighed.input_hash.clone(),
        stage_version: stage.version,
        rule: weighed.rule.clone(),
        cuts: weighed.outcome.cuts.clone(),
        appeals_until: stage.appeals_until(now),
    };
    write_down(ctx, tx, &stage, &publication, &weighed, &caller).await?;
    let name = stage.name();
    audit::record(tx, clock, &caller, rpc, &name, &publication.input_hash).await?;
    write
        .commit(written_publication(&campaign, &publication))
        .await
}

fn read(pb: &pb::PublishStageResultsRequest) -> Result<(String, Uuid, BTreeSet<String>)> {
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "parent", parse::STAGE, &pb.parent);
    parse::request_id(&mut violations, &pb.request_id);
    if pb.chosen_candidates.len() > MOST_CHOSEN {
        let most = [("max", MOST_CHOSEN.to_string())];
        violations.add_with("chosen_candidates", "TOO_MANY", most);
    }
    let (Some((campaign, id)), true) = (name, violations.is_empty()) else {
        return Err(violations.into());
    };
    Ok((campaign, id, pb.chosen_candidates.iter().cloned().collect()))
}

/// Stages are published one after another, and an appeal that could still let somebody in comes first.
pub async fn in_order(tx: &Tx, stage: &Stage) -> Result<()> {
    if let Some(earlier) = store::stage::open_before(tx, stage).await? {
        let stage = earlier.name();
        return Err(Refusal::EarlierStageOpen { stage }.into());
    }
    let open = store::appeal::open_before(tx, &stage.campaign, stage.number).await?;
    match open {
        Some((count, stage)) => Err(Refusal::AppealsUndecided { count, stage }.into()),
        None => Ok(()),
    }
}

fn may_publish(
    pb: &pb::PublishStageResultsRequest,
    weighed: &Weighed,
    chosen: &BTreeSet<String>,
) -> Result<()> {
    let ready = &weighed.ready;
    if let Some(some) = Waiting::of(&ready.running) {
        return Err(Refusal::AttemptsUnfinished(some).into());
    }
    if let Some(some) = Waiting::of(&ready.ahead) {
        return Err(Refusal::SittingsAhead(some).into());
    }
    if let Some(some) = weighed.missing() {
        return Err(Refusal::ResultsMissing(some).into());
    }
    if !pb.input_hash.is_empty() && pb.input_hash != weighed.input_hash {
        let input_hash = weighed.input_hash.clone();
        return Err(Refusal::InputChanged { input_hash }.into());
    }
    let outcome = &weighed.outcome;
    let mut violations = Violations::new();
    for (at, number) in pb.chosen_candidates.iter().enumerate() {
        if !is_undecided(outcome, number) {
            violations.add(format!("chosen_candidates[{at}]"), "CHOICE_NOT_TIED");
        }
    }
    match weigh(outcome, chosen) {
        Choice::Miscounted => drop(violations.add("chosen_candidates", "CHOICE_COUNT")),
        Choice::Missing { cut } if violations.is_empty() => {
            let cut = &outcome.cuts[cut];
            return Err(Refusal::TiesUndecided {
                direction: cut.direction.clone(),
                tied: cut.undecided.len(),
                places: cut.undecided_places,
            }
            .into());
        }
        _ => {}
    }
    violations.into_result()
}

async fn write_down(
    ctx: &Context,
    tx: &Tx,
    stage: &Stage,
    publication: &Publication,
    weighed: &Weighed,
    caller: &Caller,
) -> Result<()> {
    let lines = lines(&weighed.people, &weighed.outcome);
    // Whose session was published is told already.
    let lines = lines.into_iter().filter(|it| !it.participant.is_published);
    store::publication::insert(tx, publication, &caller.key()).await?;
    keep(ctx, tx, stage, publication.time, With::Stage, lines).await?;
    store::stage::publish(tx, stage.id, publication.time).await
}

/// Writes results, and opens to who advances what comes next.
pub async fn keep<'a>(
    ctx: &Context,
    tx: &Tx,
    stage: &Stage,
    now: Timestamp,
    with: With,
    lines: impl Iterator<Item = Line<'a>>,
) -> Result<()> {
    let named = |line: Line<'a>| {
        let known = line.participant.result;
        (known.unwrap_or_else(|| ctx.ids.uuid()), line)
    };
    let lines: Vec<(Uuid, Line<'_>)> = lines.map(named).collect();
    store::publication::insert_results(tx, stage, now, with, &lines).await?;
    let last = stage.selection.place == Place::Last;
    if !last {
        let next = store::stage::number_after(tx, stage).await?;
        store::eligibility::open_stage(tx, stage.id, next, now).await?;
    }
    let day = astana_date(now);
    let chosen = lines.iter().filter(|(_, line)| line.came == Came::Advanced);
    for (_, line) in chosen.filter(|_| last) {
        begin(ctx, tx, stage, line.participant.into(), day).await?;
    }
    Ok(())
}
