//! ListTestCenters: oldest first.

use chassis::Result;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::written;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListTestCentersRequest>,
) -> Result<pb::ListTestCentersResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let page = Page::<Uuid>::parse(&mut violations, pb.page_size, &pb.page_token, &["centers"]);
    violations.into_result()?;
    let mut rows = store::test_center::list(ctx.db.read(), page.after, page.limit()).await?;
    let next_page_token = page.next(&mut rows, |center| center.id);
    Ok(pb::ListTestCentersResponse {
        test_centers: rows.iter().map(written).collect(),
        next_page_token,
    })
}
