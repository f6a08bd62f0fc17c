//! UndoNoShow: the person was there after all, or has just come.

use chassis::Result;
use chassis::caller::Caller;
use proto::testing::v1 as pb;
use tonic::Request;

use super::desk::{Note, note};
use crate::Context;
use crate::domain::booking::Booking;

pub async fn undo_no_show(
    ctx: &Context,
    request: Request<pb::UndoNoShowRequest>,
) -> Result<pb::Booking> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let this = Note {
        rpc: "UndoNoShow",
        name: &pb.name,
        etag: &pb.etag,
        request_id: &pb.request_id,
        change: Booking::undo_no_show,
    };
    note(ctx, &caller, this, &pb).await
}
