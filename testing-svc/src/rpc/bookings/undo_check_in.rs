//! UndoCheckIn: the exam desk had seen somebody else.

use chassis::Result;
use chassis::caller::Caller;
use proto::testing::v1 as pb;
use tonic::Request;

use super::desk::{Note, note};
use crate::Context;
use crate::domain::booking::Booking;

pub async fn undo_check_in(
    ctx: &Context,
    request: Request<pb::UndoCheckInRequest>,
) -> Result<pb::Booking> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let this = Note {
        rpc: "UndoCheckIn",
        name: &pb.name,
        etag: &pb.etag,
        request_id: &pb.request_id,
        change: Booking::undo_check_in,
    };
    note(ctx, &caller, this, &pb).await
}
