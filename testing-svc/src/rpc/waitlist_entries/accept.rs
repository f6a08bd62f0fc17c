//! AcceptSeatOffer: the seat that was kept is booked.

use chassis::Result;
use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;

use super::{offered, own, written};
use crate::domain::Change;
use crate::domain::waitlist::{Outcome, State};
use crate::rpc::bookings::{eligible, save, unpublished};
use crate::rpc::parse;
use crate::store::waitlist::Place;
use crate::{Context, dealing, events};

pub async fn accept(
    ctx: &Context,
    request: Request<pb::AcceptSeatOfferRequest>,
) -> Result<pb::WaitlistEntry> {
    let caller = Caller::of(&request);
    caller.person()?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "name", parse::WAITLIST_ENTRY, &pb.name);
    parse::request_id(&mut violations, &pb.request_id);
    let (Some((_, id)), true) = (name, violations.is_empty()) else {
        return Err(violations.into());
    };
    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "AcceptSeatOffer",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(entry) => return Ok(entry),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let entry = own(tx, &caller, &pb.name, id).await?;
    // Taking it again changes nothing.
    if entry.state != State::Accepted {
        let mut seat = offered(ctx, tx, &entry).await?;
        eligible(tx, &seat).await?;
        unpublished(tx, entry.stage).await?;
        let mut booking = seat.booking.clone();
        if booking.confirm(seat.at(ctx.clock.now()))? == Change::Made {
            seat.booking = booking;
            seat = save(ctx, tx, &caller, "AcceptSeatOffer", &seat).await?;
            events::booking_confirmed(ctx, tx, &seat).await?;
            dealing::end_offer(ctx, tx, &caller, &seat, Outcome::Accepted).await?;
        }
    }
    let entry = own(tx, &caller, &pb.name, id).await?;
    let answer = written(ctx, &Place::alone(tx, entry).await?, &caller)?;
    write.commit(answer).await
}
