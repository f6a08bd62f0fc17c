//! StartAttempt: inside the window, once; each start gives a way into the test system.
//!
//! The launch token is signed after the commit and not kept. A repeated request signs the same
//! claims, and Ed25519 makes the same signature of them: the same answer.

use anyhow::anyhow;
use chassis::caller::Caller;
use chassis::clock::{from_pb, to_pb};
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use jiff::Timestamp;
use proto::testing::v1 as pb;
use serde::Serialize;
use tonic::Request;
use uuid::Uuid;

use super::written;
use crate::domain::attempt::Attempt;
use crate::domain::refusal::Refusal;
use crate::domain::{Change, eligibility};
use crate::rpc::parse;
use crate::store::booking::Seat;
use crate::{Context, events, store};

/// What a launch token says: who sits is a number, and nothing else about the person.
#[derive(Serialize)]
struct Launch {
    attempt: String,
    booking: String,
    session: String,
    candidate_number: String,
}

pub async fn start(
    ctx: &Context,
    request: Request<pb::StartAttemptRequest>,
) -> Result<pb::Attempt> {
    let caller = Caller::of(&request);
    let account = caller.person()?.account;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "booking", parse::BOOKING, &pb.booking);
    parse::request_id(&mut violations, &pb.request_id);
    let (Some((campaign, id)), true) = (name, violations.is_empty()) else {
        return Err(violations.into());
    };
    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "StartAttempt",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(attempt) => return launched(ctx, id, attempt).await,
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), ctx.clock.now());
    // The stage first: its publication waits for this start, or this start is told of it.
    let stage = match store::booking::find(tx, id).await? {
        Some(seat) => store::stage::share(tx, seat.booking.stage).await?,
        None => None,
    };
    let known = store::eligibility::lock(tx, &campaign, account).await?;
    let seat = store::booking::lock(tx, id)
        .await?
        .filter(|seat| seat.booking.account == account && seat.booking.campaign == campaign)
        .ok_or_else(|| Error::NotFound(pb.booking.clone()))?;
    let stage = stage.ok_or_else(|| Error::NotFound(pb.booking.clone()))?;
    eligibility::of(known.as_ref(), seat.stage_number)?;
    stage.is_open()?;
    let session = seat.session.clone();
    // Wherever its window ends: what is over can't be begun.
    if seat.booking.attempt.is_none() && session.end <= now {
        return Err(Refusal::StartTooLate { close: session.end }.into());
    }
    let (attempt, _) = sit(ctx, tx, &caller, seat, now).await?;
    attempt.may_continue(session.end, now)?;
    let mut answer = written(&attempt, &session, now);
    let expires = now.saturating_add(ctx.config.launch_token).unwrap_or(now);
    answer.token_expire_time = Some(to_pb(whole_seconds(expires)));
    let answer = write.commit(answer).await?;
    launched(ctx, id, answer).await
}

/// The attempt of the booking, and the seat as it is with it: a new one at the first start, the same one
/// after it. `at` is when the person began, which a partner may tell late.
pub async fn sit(
    ctx: &Context,
    tx: &Tx,
    caller: &Caller,
    mut seat: Seat,
    at: Timestamp,
) -> Result<(Attempt, Seat)> {
    let mut booking = seat.booking.clone();
    let change = booking.start(ctx.ids.uuid(), seat.at(at))?;
    let vanished = || Error::Internal(anyhow!("a started booking has no attempt"));
    let id = booking.attempt.ok_or_else(vanished)?;
    if change == Change::Nothing {
        let attempt = store::attempt::find(tx, id).await?.ok_or_else(vanished)?;
        return Ok((attempt, seat));
    }
    let attempt = insert(ctx, tx, &seat, id, at).await?;
    seat.booking = booking;
    store::booking::save(tx, &seat.booking).await?;
    seat.booking.version += 1;
    let name = attempt.name();
    audit::record(
        tx,
        &ctx.clock,
        caller,
        "StartAttempt",
        &name,
        attempt.state.as_str(),
    )
    .await?;
    events::attempt_started(ctx, tx, &attempt, &seat).await?;
    Ok((attempt, seat))
}

async fn insert(ctx: &Context, tx: &Tx, seat: &Seat, id: Uuid, at: Timestamp) -> Result<Attempt> {
    let (campaign, account) = (&seat.booking.campaign, seat.booking.account);
    let number = store::eligibility::number(tx, &ctx.ids, campaign, account).await?;
    let attempt = Attempt::begin(id, campaign, seat.booking.id, number, at);
    store::attempt::insert(tx, &attempt).await?;
    Ok(attempt)
}

/// The answer with the way in.
async fn launched(ctx: &Context, booking: Uuid, mut answer: pb::Attempt) -> Result<pb::Attempt> {
    let db = ctx.db.read();
    let vanished = || Error::Internal(anyhow!("a started booking is incomplete"));
    let seat = store::booking::find(db, booking)
        .await?
        .ok_or_else(vanished)?;
    let stage = store::stage::find(db, seat.booking.stage)
        .await?
        .ok_or_else(vanished)?;
    let attempt = seat.booking.attempt.ok_or_else(vanished)?;
    let attempt = store::attempt::find(db, attempt)
        .await?
        .ok_or_else(vanished)?;
    let expires = answer.token_expire_time.as_ref().and_then(from_pb);
    let claims = Launch {
        attempt: attempt.name(),
        booking: seat.booking.name(),
        session: seat.session.name(),
        candidate_number: attempt.candidate_number,
    };
    let token = ctx
        .launch
        .sign(stage.audience(), expires.ok_or_else(vanished)?, &claims)?;
    answer.launch_url = stage.launch_url_with(&token);
    answer.launch_token = token;
    Ok(answer)
}

/// A token knows whole seconds only.
fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}
