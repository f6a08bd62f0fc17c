//! ConfirmBooking: turns a hold into a booking.

use chassis::Result;
use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;

use super::{eligible, locked, own, save, unpublished, written};
use crate::domain::Change;
use crate::domain::waitlist::Outcome;
use crate::rpc::parse;
use crate::{Context, dealing, events};

pub async fn confirm(
    ctx: &Context,
    request: Request<pb::ConfirmBookingRequest>,
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
        "ConfirmBooking",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(booking) => return Ok(booking),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), ctx.clock.now());
    own(tx, &caller, &pb.name, id).await?;
    let mut seat = locked(tx, &pb.name, id, etag).await?;
    eligible(tx, &seat).await?;
    unpublished(tx, seat.booking.stage).await?;
    let mut booking = seat.booking.clone();
    if booking.confirm(seat.at(now))? == Change::Made {
        seat.booking = booking;
        seat = save(ctx, tx, &caller, "ConfirmBooking", &seat).await?;
        events::booking_confirmed(ctx, tx, &seat).await?;
        dealing::end_offer(ctx, tx, &caller, &seat, Outcome::Accepted).await?;
    }
    write.commit(written(&seat, &caller, now)).await
}
