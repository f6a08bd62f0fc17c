//! Closes an open campaign now, before its time: drafts expire, corrections keep their terms.

use chassis::Result;
use chassis::caller::Caller;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::before_its_time::{Turn, turn};
use crate::Context;
use crate::domain::campaign_change;

pub async fn close(
    ctx: &Context,
    request: Request<pb::CloseCampaignRequest>,
) -> Result<pb::Campaign> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let close = Turn {
        rpc: "CloseCampaign",
        change: campaign_change::close,
        end: |window| window.close,
        done: "closed",
        name: &pb.name,
        etag: &pb.etag,
        request_id: &pb.request_id,
    };
    turn(ctx, &caller, &pb, close).await
}
