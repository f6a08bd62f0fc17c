//! Opens a campaign now, before its time.

use chassis::Result;
use chassis::caller::Caller;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::before_its_time::{Turn, turn};
use crate::Context;
use crate::domain::campaign_change;

pub async fn open(
    ctx: &Context,
    request: Request<pb::OpenCampaignRequest>,
) -> Result<pb::Campaign> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let open = Turn {
        rpc: "OpenCampaign",
        change: campaign_change::open,
        end: |window| window.open,
        done: "opened",
        name: &pb.name,
        etag: &pb.etag,
        request_id: &pb.request_id,
    };
    turn(ctx, &caller, &pb, open).await
}
