//! ListAllocationRuns, the newest first.

use chassis::Result;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::written;
use crate::rpc::parse;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListAllocationRunsRequest>,
) -> Result<pb::ListAllocationRunsResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let campaign = parse::campaign(&mut violations, "parent", &pb.parent).unwrap_or_default();
    let bound = ["allocationRuns", campaign.as_str()];
    let page = Page::<Uuid>::parse(&mut violations, pb.page_size, &pb.page_token, &bound);
    violations.into_result()?;
    let (db, limit) = (ctx.db.read(), page.limit());
    let mut rows = store::allocation_run::list(db, &campaign, page.after, limit).await?;
    let next_page_token = page.next(&mut rows, |it| it.id);
    Ok(pb::ListAllocationRunsResponse {
        allocation_runs: rows.iter().map(written).collect(),
        next_page_token,
    })
}
