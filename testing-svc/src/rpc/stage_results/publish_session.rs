//! PublishSessionResults, GetSessionPublication: the results of everybody who sat a session, before those of
//! the stage. Under the lock of the stage, as a publication of the whole.

use std::collections::BTreeSet;

use chassis::caller::Caller;
use chassis::clock::to_pb;
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use jiff::Timestamp;
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::number;
use super::publish::{in_order, keep};
use crate::domain::cut;
use crate::domain::participant::{Earlier, Participant, competitors, input_hash, lines, readiness};
use crate::domain::refusal::{Refusal, Waiting};
use crate::domain::stage::Stage;
use crate::rpc::parse;
use crate::store::publication::{OfSession, With};
use crate::{Context, store};

const PUBLICATION: &str = "/publication";

pub async fn publish(
    ctx: &Context,
    request: Request<pb::PublishSessionResultsRequest>,
) -> Result<pb::SessionPublication> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::nested(&mut violations, "parent", parse::SESSION, &pb.parent);
    parse::request_id(&mut violations, &pb.request_id);
    let (Some(name), true) = (name, violations.is_empty()) else {
        return Err(violations.into());
    };
    let rpc = "PublishSessionResults";
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, rpc, &pb.request_id, &pb).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), clock.now());
    let not_found = || Error::NotFound(pb.parent.clone());
    let stage = store::stage::lock(tx, name.parent).await?;
    let stage = stage.filter(|stage| stage.campaign == name.campaign);
    let stage = stage.ok_or_else(not_found)?;
    let session = store::test_session::find(tx, name.id, now).await?;
    let session = session.filter(|it| it.session.stage == stage.id);
    session.ok_or_else(not_found)?;
    stage.is_open()?;
    if let Some(done) = store::publication::of_session(tx, name.id).await? {
        return Err(Refusal::SessionPublished { time: done.time }.into());
    }
    in_order(tx, &stage).await?;
    let publication = write_down(ctx, tx, &stage, name.id, &caller).await?;
    audit::record(tx, clock, &caller, rpc, &pb.parent, &publication.input_hash).await?;
    write.commit(written(&pb.parent, &publication)).await
}

async fn write_down(
    ctx: &Context,
    tx: &Tx,
    stage: &Stage,
    session: Uuid,
    caller: &Caller,
) -> Result<OfSession> {
    let (rule, scale, now) = (stage.threshold()?, stage.scale()?, ctx.clock.now());
    let sat = ready(tx, stage, session, now).await?;
    let alone = Earlier::new();
    let competing = competitors(&sat, rule, &alone);
    let outcome = cut::decide(rule, &competing, &BTreeSet::new());
    let place = format!("{}/sessions/{session}", stage.name());
    let terms = stage.selection.terms.as_ref();
    let publication = OfSession {
        session,
        stage: stage.id,
        time: now,
        results: number(sat.len()),
        input_hash: input_hash(&place, rule, &scale, terms, &sat, &alone),
        stage_version: stage.version,
        appeals_until: stage.appeals_until(now),
    };
    if !store::publication::insert_session(tx, &publication, &caller.key()).await? {
        return Err(Refusal::SessionPublished { time: now }.into());
    }
    let appeals_until = publication.appeals_until;
    let with = With::Session { appeals_until };
    let all = lines(&sat, &outcome).into_iter();
    keep(ctx, tx, stage, now, with, all).await?;
    store::stage::begin(tx, stage.id, now).await?;
    Ok(publication)
}

/// Who sat it, when nobody sits it any more and nobody's score is missing.
async fn ready(tx: &Tx, stage: &Stage, session: Uuid, now: Timestamp) -> Result<Vec<Participant>> {
    let mut here = store::participant::of_session(tx, stage, session, now).await?;
    here.retain(|it| !it.is_published);
    let ready = readiness(&here);
    if let Some(some) = Waiting::of(&ready.running) {
        return Err(Refusal::AttemptsUnfinished(some).into());
    }
    if let Some(some) = Waiting::of(&ready.ahead) {
        return Err(Refusal::SittingsAhead(some).into());
    }
    if let Some(some) = Waiting::of(&ready.missing) {
        return Err(Refusal::ResultsMissing(some).into());
    }
    here.retain(Participant::has_sat);
    if here.is_empty() {
        return Err(Refusal::ResultsMissing(Waiting::for_anybody()).into());
    }
    Ok(here)
}

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetSessionPublicationRequest>,
) -> Result<pb::SessionPublication> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let pattern = format!("{}{PUBLICATION}", parse::SESSION);
    let Some(name) = parse::nested(&mut violations, "name", &pattern, &pb.name) else {
        return Err(violations.into());
    };
    let db = ctx.db.read();
    let stage = store::stage::find(db, name.parent).await?;
    let stage = stage.filter(|it| it.campaign == name.campaign);
    let found = store::publication::of_session(db, name.id).await?;
    let found = found.filter(|it| stage.is_some_and(|stage| stage.id == it.stage));
    let found = found.ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    Ok(written(pb.name.trim_end_matches(PUBLICATION), &found))
}

fn written(session: &str, publication: &OfSession) -> pb::SessionPublication {
    pb::SessionPublication {
        name: format!("{session}{PUBLICATION}"),
        publish_time: Some(to_pb(publication.time)),
        result_count: publication.results,
        input_hash: publication.input_hash.clone(),
        stage_etag: parse::written_etag(publication.stage_version),
        appeal_expire_time: publication.appeals_until.map(to_pb),
    }
}
