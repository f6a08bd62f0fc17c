//! ListClosures: newest first.

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
    request: Request<pb::ListClosuresRequest>,
) -> Result<pb::ListClosuresResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let page = Page::<Uuid>::parse(&mut violations, pb.page_size, &pb.page_token, &["closures"]);
    violations.into_result()?;
    let mut rows = store::closure::list(ctx.db.read(), page.after, page.limit()).await?;
    let next_page_token = page.next(&mut rows, |closure| closure.id);
    Ok(pb::ListClosuresResponse {
        closures: rows.iter().map(written).collect(),
        next_page_token,
    })
}
