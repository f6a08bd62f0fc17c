//! MoveBooking: to another session of the same stage, with no moment without a seat.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::{Chosen, eligible, locked, needed, no_seat, own, save, unpublished, written};
use crate::domain::quota::Needs;
use crate::rpc::parse::{self, Nested};
use crate::rpc::wishes::{self, Wanted};
use crate::{Context, dealing, events, store};

pub async fn move_booking(
    ctx: &Context,
    request: Request<pb::MoveBookingRequest>,
) -> Result<pb::Booking> {
    let caller = Caller::of(&request);
    caller.person()?;
    let pb = request.into_inner();
    let (id, target, etag, sort) = read(&pb)?;
    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "MoveBooking",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(booking) => return Ok(booking),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), ctx.clock.now());
    let before = own(tx, &caller, &pb.name, id).await?;
    let to = store::test_session::find(tx, target.id, now)
        .await?
        .map(|offer| offer.session)
        .filter(|to| to.stage == target.parent && to.campaign == target.campaign)
        .ok_or_else(|| Error::NotFound(pb.session.clone()))?;
    if let Some(reason) = before.booking.target_violation(&to) {
        return Err(Violations::one("session", reason).into());
    }
    store::seats::lock(tx, &[before.session.id, to.id]).await?;
    let mut seat = locked(tx, &pb.name, id, etag).await?;
    eligible(tx, &seat).await?;
    unpublished(tx, seat.booking.stage).await?;
    let mut booking = seat.booking.clone();
    let chosen = Chosen {
        prefix: "",
        needs: there(&booking.needs, sort, &booking.applied),
        applied: &booking.applied,
    };
    let (needs, quotas) = needed(tx, &to, chosen, now).await?;
    booking.move_to(&to, needs, seat.at(now))?;
    // The new seat first: who finds none keeps the old one.
    let taken = dealing::take(ctx, tx, &to, &quotas, booking.account).await?;
    if let Some(none) = no_seat(tx, &to, taken, now).await {
        return Err(none);
    }
    store::seats::give_back(tx, before.session.id, booking.id).await?;
    store::seats::note(tx, booking.id, to.id, &quotas).await?;
    seat.booking = booking;
    let seat = save(ctx, tx, &caller, "MoveBooking", &seat).await?;
    dealing::deal(ctx, tx, before.session.id).await?;
    events::booking_moved(ctx, tx, &seat, &before.session.name()).await?;
    write.commit(written(&seat, &caller, now)).await
}

/// The sort of seat there: what was not said anew is as the application says now, or else as before. Who
/// needs an accessible workstation needs it everywhere.
fn there(before: &Needs, sort: Needs, applied: &Needs) -> Needs {
    let (before, _) = before.clone().under(applied);
    Needs {
        seat_class: sort.seat_class.or(before.seat_class),
        language: sort.language.or(before.language),
        subject: sort.subject.or(before.subject),
        ..before
    }
}

fn read(pb: &pb::MoveBookingRequest) -> Result<(Uuid, Nested, Option<i32>, Needs)> {
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "name", parse::BOOKING, &pb.name);
    let target = parse::nested(&mut violations, "session", parse::SESSION, &pb.session);
    let etag = parse::etag(&mut violations, &pb.etag);
    parse::request_id(&mut violations, &pb.request_id);
    let sort = Wanted {
        language: pb.language,
        seat_class: &pb.seat_class,
        subject: &pb.subject,
        accessible: false,
    };
    let sort = wishes::needs(&mut violations, "", sort);
    match (name, target) {
        (Some((_, id)), Some(target)) if violations.is_empty() => Ok((id, target, etag, sort)),
        _ => Err(violations.into()),
    }
}
