//! CreateBooking: holds a seat for a short while. Where many ask at once they are decided on together, in
//! [`super::rush`]; what one has to be asked alone is here.

use std::sync::Arc;

use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::many::Claim;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::rush::holds::Asks;
use super::rush::{Rush, Told, Who};
use super::{Chosen, Phase, Refusal, Seat, needed, no_seat, written};
use crate::domain::booking::{At, Booking};
use crate::domain::eligibility;
use crate::domain::quota::Needs;
use crate::domain::session::Session;
use crate::domain::stage::Stage;
use crate::rpc::parse::{self, Nested};
use crate::rpc::wishes::{self, Wanted};
use crate::{Context, dealing, events, store};

pub(super) const RPC: &str = "CreateBooking";

pub async fn create(
    ctx: &Arc<Context>,
    rush: &Arc<Rush<Asks>>,
    request: Request<pb::CreateBookingRequest>,
) -> Result<pb::Booking> {
    let caller = Caller::of(&request);
    let account = caller.person()?.account;
    let pb = request.into_inner();
    let (wanted, needs) = read(&pb)?;
    let asks = Asks {
        who: Who {
            claim: Claim::new(&caller, &pb.request_id, &pb)?,
            caller: caller.clone(),
            account,
        },
        wanted: wanted.clone(),
        needs: needs.clone(),
    };
    match rush.ask(ctx, asks).await? {
        Told::Answer(answer) => *answer,
        Told::Alone => alone(ctx, &caller, &pb, wanted, needs).await,
    }
}

async fn alone(
    ctx: &Context,
    caller: &Caller,
    pb: &pb::CreateBookingRequest,
    wanted: Nested,
    needs: Needs,
) -> Result<pb::Booking> {
    let account = caller.person()?.account;
    let write = match once::begin(&ctx.db, &ctx.clock, caller, RPC, &pb.request_id, pb).await? {
        Once::Answered(booking) => return Ok(booking),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), ctx.clock.now());
    // The stage first: its publication waits for this hold, or this hold is told of it.
    store::stage::share(tx, wanted.parent).await?;
    let known = store::eligibility::lock(tx, &wanted.campaign, account).await?;
    let (session, stage) = find(ctx, tx, &wanted).await?;
    eligibility::of(known.as_ref(), stage.number)?;
    stage.is_open()?;
    let at = At {
        session: &session,
        terms: &stage.terms,
        now,
    };
    let applied = known.map(|it| it.needs).unwrap_or_default();
    let chosen = Chosen {
        prefix: "booking.",
        needs,
        applied: &applied,
    };
    let (needs, quotas) = needed(tx, &session, chosen, now).await?;
    let booking = Booking::hold(ctx.ids.uuid(), account, needs, at)?;
    if let Some(before) = store::booking::live(tx, stage.id, account).await? {
        give_way(ctx, tx, before, session.id).await?;
    }
    let taken = dealing::take(ctx, tx, &session, &quotas, account).await?;
    if let Some(none) = no_seat(tx, &session, taken, now).await {
        return Err(none);
    }
    if !store::booking::insert(tx, &booking).await? {
        return Err(overtaken(tx, stage.id, account).await?);
    }
    store::seats::note(tx, booking.id, session.id, &quotas).await?;
    let name = booking.name();
    audit::record(tx, &ctx.clock, caller, RPC, &name, "HELD").await?;
    let seat = store::booking::find(tx, booking.id).await?;
    let seat = seat.ok_or(Error::NotFound(name))?;
    write.commit(written(&seat, caller, now)).await
}

/// A seat was offered to the person in the meantime.
async fn overtaken(tx: &Tx, stage: Uuid, account: Uuid) -> Result<Error> {
    let other = store::booking::live(tx, stage, account).await?;
    Ok(other.map_or(Error::InFlight, |seat| {
        let booking = seat.booking.name();
        Refusal::StageAlreadyBooked { booking }.into()
    }))
}

fn read(pb: &pb::CreateBookingRequest) -> Result<(Nested, Needs)> {
    let mut violations = Violations::new();
    let campaign = parse::campaign(&mut violations, "parent", &pb.parent);
    parse::request_id(&mut violations, &pb.request_id);
    let session = match &pb.booking {
        Some(booking) => parse::nested(
            &mut violations,
            "booking.session",
            parse::SESSION,
            &booking.session,
        ),
        None => violations.take("booking", Err("REQUIRED")),
    };
    let booking = pb.booking.clone().unwrap_or_default();
    let sort = Wanted {
        language: booking.language,
        seat_class: &booking.seat_class,
        subject: &booking.subject,
        accessible: booking.accessible,
    };
    let needs = wishes::needs(&mut violations, "booking.", sort);
    if let (Some(campaign), Some(session)) = (&campaign, &session)
        && *campaign != session.campaign
    {
        violations.add("booking.session", "OTHER_CAMPAIGN");
    }
    match session {
        Some(session) if violations.is_empty() => Ok((session, needs)),
        _ => Err(violations.into()),
    }
}

async fn find(ctx: &Context, tx: &Tx, wanted: &Nested) -> Result<(Session, Stage)> {
    let not_found = || {
        let name = crate::domain::session::name(&wanted.campaign, wanted.parent, wanted.id);
        Error::NotFound(name)
    };
    let session = store::test_session::find(tx, wanted.id, ctx.clock.now())
        .await?
        .map(|offer| offer.session)
        .filter(|it| it.stage == wanted.parent && it.campaign == wanted.campaign)
        .ok_or_else(not_found)?;
    let stage = store::stage::find(tx, session.stage).await?;
    Ok((session, stage.ok_or_else(not_found)?))
}

/// What the person has in this stage stands in the way, unless its time has run out and nobody
/// has written that down yet.
async fn give_way(ctx: &Context, tx: &Tx, mut before: Seat, wanted: Uuid) -> Result<()> {
    let now = ctx.clock.now();
    let at = before.at(now);
    match before.booking.phase_at(at) {
        Phase::HoldExpired => {
            // Both at once, in their order: the wanted one is changed next.
            store::seats::lock(tx, &[before.session.id, wanted]).await?;
            dealing::sweep(ctx, tx, before.session.id).await
        }
        Phase::NoShow => {
            let mut booking = before.booking.clone();
            let _ = booking.miss(at);
            before.booking = booking;
            let name = before.booking.name();
            store::booking::save(tx, &before.booking).await?;
            let by = Caller::Service(crate::NAME.into());
            audit::record(tx, &ctx.clock, &by, "MissBooking", &name, "NO_SHOW").await?;
            events::booking_missed(ctx, tx, &before).await
        }
        _ => Err(Refusal::StageAlreadyBooked {
            booking: before.booking.name(),
        }
        .into()),
    }
}
