//! ListSavedFilters: the caller's own.

use chassis::caller::Caller;
use chassis::error::Result;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use super::to_pb::to_pb;
use crate::Context;
use crate::rpc::review_tasks::expert;
use crate::store::saved_filter::{self, Key, Saved};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListSavedFiltersRequest>,
) -> Result<pb::ListSavedFiltersResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let owner = expert(&caller)?;
    let mut violations = Violations::new();
    let of = ["saved-filters", &owner];
    let page = Page::<Key>::parse(&mut violations, pb.page_size, &pb.page_token, &of);
    violations.into_result()?;
    let (db, after) = (ctx.db.read(), page.after.clone());
    let mut rows = saved_filter::list(db, &owner, after, page.limit()).await?;
    let next_page_token = page.next(&mut rows, Saved::key);
    Ok(pb::ListSavedFiltersResponse {
        saved_filters: rows.into_iter().map(to_pb).collect::<Result<_>>()?,
        next_page_token,
    })
}
