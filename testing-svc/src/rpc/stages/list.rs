//! ListStages: the stages of a campaign in their order.

use chassis::Result;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::rpc::parse;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListStagesRequest>,
) -> Result<pb::ListStagesResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let campaign = parse::campaign(&mut violations, "parent", &pb.parent);
    let filter = ["stages", pb.parent.as_str()];
    let page = Page::<i32>::parse(&mut violations, pb.page_size, &pb.page_token, &filter);
    let (Some(campaign), true) = (campaign, violations.is_empty()) else {
        return Err(violations.into());
    };
    let db = ctx.db.read();
    let mut rows = store::stage::list(db, &campaign, page.after, page.limit()).await?;
    let next_page_token = page.next(&mut rows, |stage| stage.number);
    Ok(pb::ListStagesResponse {
        stages: rows.iter().map(written).collect(),
        next_page_token,
    })
}
