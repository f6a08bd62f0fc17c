//! RejectSeatOffer: the seat that was kept goes to the next person.

use chassis::Result;
use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;

use super::{offered, own, written};
use crate::domain::Change;
use crate::domain::waitlist::Outcome;
use crate::rpc::bookings::save;
use crate::rpc::parse;
use crate::store::booking::Seat;
use crate::store::waitlist::Place;
use crate::{Context, dealing, store};

pub async fn reject(
    ctx: &Context,
    request: Request<pb::RejectSeatOfferRequest>,
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
        "RejectSeatOffer",
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
    let seat = offered(ctx, tx, &entry).await?;
    let session = seat.session.id;
    let outcome = if pb.keep_waiting {
        Outcome::Passed
    } else {
        Outcome::Rejected
    };
    give_on(ctx, tx, &caller, seat, outcome).await?;
    dealing::deal(ctx, tx, session).await?;
    let entry = own(tx, &caller, &pb.name, id).await?;
    let answer = written(ctx, &Place::alone(tx, entry).await?, &caller)?;
    write.commit(answer).await
}

/// Gives the seat of an open offer to the next person; all is locked.
pub(super) async fn give_on(
    ctx: &Context,
    tx: &chassis::database::Tx,
    caller: &Caller,
    mut seat: Seat,
    outcome: Outcome,
) -> Result<()> {
    let mut booking = seat.booking.clone();
    if booking.cancel(seat.at(ctx.clock.now()))? == Change::Nothing {
        return Ok(());
    }
    seat.booking = booking;
    let seat = save(ctx, tx, caller, "RejectSeatOffer", &seat).await?;
    store::seats::give_back(tx, seat.session.id, seat.booking.id).await?;
    dealing::end_offer(ctx, tx, caller, &seat, outcome).await
}
