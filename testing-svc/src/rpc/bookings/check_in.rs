//! CheckInBooking: the exam desk has seen the person.

use chassis::Result;
use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;

use super::{locked, save, written};
use crate::Context;
use crate::domain::Change;
use crate::rpc::parse;

pub async fn check_in(
    ctx: &Context,
    request: Request<pb::CheckInBookingRequest>,
) -> Result<pb::Booking> {
    let caller = Caller::of(&request);
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
        "CheckInBooking",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(booking) => return Ok(booking),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), ctx.clock.now());
    let mut seat = locked(tx, &pb.name, id, etag).await?;
    let mut booking = seat.booking.clone();
    if booking.check_in(seat.at(now))? == Change::Made {
        seat.booking = booking;
        seat = save(ctx, tx, &caller, "CheckInBooking", &seat).await?;
    }
    write.commit(written(&seat, &caller, now)).await
}
