//! CheckInBooking: the exam desk has seen the person.

use chassis::Result;
use chassis::caller::Caller;
use proto::testing::v1 as pb;
use tonic::Request;

use super::desk::{Note, note};
use crate::Context;
use crate::domain::booking::Booking;

pub async fn check_in(
    ctx: &Context,
    request: Request<pb::CheckInBookingRequest>,
) -> Result<pb::Booking> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let this = Note {
        rpc: "CheckInBooking",
        name: &pb.name,
        etag: &pb.etag,
        request_id: &pb.request_id,
        change: Booking::check_in,
    };
    note(ctx, &caller, this, &pb).await
}
