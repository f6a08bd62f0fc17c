//! ConfirmBooking: turns a hold into a booking. Where many confirm at once it is done together, in
//! [`super::rush`]; whoever is anything but the plain case is answered here.

use std::sync::Arc;

use chassis::Result;
use chassis::caller::Caller;
use chassis::many::Claim;
use chassis::once::{self, Once};
use chassis::telemetry::carry::Carried;
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::rush::confirms::Confirms;
use super::rush::{Rush, Told, Who};
use super::{eligible, locked, own, save, unpublished, written};
use crate::domain::Change;
use crate::domain::waitlist::Outcome;
use crate::rpc::parse;
use crate::{Context, dealing, events};

pub(super) const RPC: &str = "ConfirmBooking";

pub async fn confirm(
    ctx: &Arc<Context>,
    rush: &Arc<Rush<Confirms>>,
    request: Request<pb::ConfirmBookingRequest>,
) -> Result<pb::Booking> {
    let caller = Caller::of(&request);
    let account = caller.person()?.account;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "name", parse::BOOKING, &pb.name);
    let etag = parse::etag(&mut violations, &pb.etag);
    parse::request_id(&mut violations, &pb.request_id);
    let (Some((campaign, id)), true) = (name, violations.is_empty()) else {
        return Err(violations.into());
    };
    let asks = Confirms {
        who: Who {
            claim: Claim::new(&caller, &pb.request_id, &pb)?,
            caller: caller.clone(),
            account,
        },
        campaign,
        booking: id,
        seen: etag,
        cause: Carried::current(),
    };
    match rush.ask(ctx, asks).await? {
        Told::Answer(answer) => *answer,
        Told::Alone => alone(ctx, &caller, &pb, id, etag).await,
    }
}

async fn alone(
    ctx: &Context,
    caller: &Caller,
    pb: &pb::ConfirmBookingRequest,
    id: Uuid,
    etag: Option<i32>,
) -> Result<pb::Booking> {
    let write = match once::begin(&ctx.db, &ctx.clock, caller, RPC, &pb.request_id, pb).await? {
        Once::Answered(booking) => return Ok(booking),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), ctx.clock.now());
    own(tx, caller, &pb.name, id).await?;
    let mut seat = locked(tx, &pb.name, id, etag).await?;
    eligible(tx, &seat).await?;
    unpublished(tx, seat.booking.stage).await?;
    let mut booking = seat.booking.clone();
    if booking.confirm(seat.at(now))? == Change::Made {
        seat.booking = booking;
        seat = save(ctx, tx, caller, RPC, &seat).await?;
        events::booking_confirmed(ctx, tx, &seat).await?;
        dealing::end_offer(ctx, tx, caller, &seat, Outcome::Accepted).await?;
    }
    write.commit(written(&seat, caller, now)).await
}
