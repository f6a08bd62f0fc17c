//! CancelBooking: gives a hold or a booking up; the seat returns once.

use chassis::Result;
use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;

use super::{locked, own, save, written};
use crate::domain::Change;
use crate::domain::waitlist::Outcome;
use crate::rpc::parse;
use crate::{Context, dealing, events, store};

pub async fn cancel(
    ctx: &Context,
    request: Request<pb::CancelBookingRequest>,
) -> Result<pb::Booking> {
    let caller = Caller::of(&request);
    caller.person()?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "name", parse::BOOKING, &pb.name);
    let etag = parse::etag(&mut violations, &pb.etag);
    parse::request_id(&mut violations, &pb.request_id);
    let (Some((_, id)), true) = (name, violations.is_empty()) else {
        return Err(violations.into());
    };
    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "CancelBooking",
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
    store::seats::lock(tx, &[before.session.id]).await?;
    let mut seat = locked(tx, &pb.name, id, etag).await?;
    let mut booking = seat.booking.clone();
    if booking.cancel(seat.at(now))? == Change::Made {
        seat.booking = booking;
        seat = save(ctx, tx, &caller, "CancelBooking", &seat).await?;
        store::seats::give_back(tx, seat.session.id, seat.booking.id).await?;
        events::booking_cancelled(ctx, tx, &seat).await?;
        dealing::end_offer(ctx, tx, &caller, &seat, Outcome::Rejected).await?;
        dealing::deal(ctx, tx, seat.session.id).await?;
    }
    write.commit(written(&seat, &caller, now)).await
}
