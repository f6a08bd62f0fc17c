//! GetBooking: to its owner; any to the exam desk.

use chassis::caller::{Caller, Role};
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::rpc::parse;
use crate::{Context, store};

pub async fn get(ctx: &Context, request: Request<pb::GetBookingRequest>) -> Result<pb::Booking> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "name", parse::BOOKING, &pb.name);
    let Some((campaign, id)) = name else {
        return Err(violations.into());
    };
    let seat = store::booking::find(ctx.db.read(), id)
        .await?
        .filter(|seat| seat.booking.campaign == campaign)
        .filter(|seat| caller.is(seat.booking.account) || caller.has(Role::ExamDesk))
        .ok_or(Error::NotFound(pb.name))?;
    Ok(written(&seat, &caller, ctx.clock.now()))
}
