//! MarkNoShow: the session has begun and the person is not there.

use chassis::Result;
use chassis::caller::Caller;
use proto::testing::v1 as pb;
use tonic::Request;

use super::desk::{Note, note};
use crate::Context;
use crate::domain::booking::Booking;

pub async fn mark_no_show(
    ctx: &Context,
    request: Request<pb::MarkNoShowRequest>,
) -> Result<pb::Booking> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let this = Note {
        rpc: "MarkNoShow",
        name: &pb.name,
        etag: &pb.etag,
        request_id: &pb.request_id,
        change: Booking::mark_no_show,
    };
    note(ctx, &caller, this, &pb).await
}
