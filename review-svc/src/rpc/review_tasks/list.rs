//! ListReviewTasks: the one due first at the top, and before all those whose term can't be counted yet.

use chassis::caller::Caller;
use chassis::error::{Error, Result};
use chassis::name;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use super::task_filter::{filter, paths};
use super::{expert, to_pb};
use crate::Context;
use crate::rpc::saved_filters::to_pb::conditions;
use crate::store::queue::{self, Filter};
use crate::store::saved_filter;
use crate::store::task::{Kept, Key};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListReviewTasksRequest>,
) -> Result<pb::ListReviewTasksResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let person = expert(&caller)?;
    let mut violations = Violations::new();
    let mut filters = vec![filter(
        &mut violations,
        &paths::OF_A_LIST,
        &asked(&pb),
        &person,
    )];
    if !pb.saved_filter.is_empty() && name::uuid("savedFilters/*", &pb.saved_filter).is_none() {
        violations.add("saved_filter", "INVALID_NAME");
    } else if let Some(saved) = saved(ctx, &pb.saved_filter, &person).await? {
        filters.push(saved);
    }
    let token_of = format!("{filters:?}");
    let page = Page::<Key>::parse(
        &mut violations,
        pb.page_size,
        &pb.page_token,
        &["tasks", &token_of],
    );
    violations.into_result()?;

    let now = ctx.clock.now();
    let near = (now, ctx.config.policy().near_due_hours);
    let (db, limit) = (ctx.db.read(), page.limit());
    let mut rows = queue::list(db, &filters, near, page.after.clone(), limit).await?;
    let next_page_token = page.next(&mut rows, Kept::key);
    let task = |kept| to_pb::task(kept, now, &caller);
    Ok(pb::ListReviewTasksResponse {
        review_tasks: rows.iter().map(task).collect(),
        next_page_token,
    })
}

/// The conditions of the request itself.
fn asked(pb: &pb::ListReviewTasksRequest) -> pb::TaskFilter {
    pb::TaskFilter {
        task_state: pb.state,
        overdue_only: pb.overdue_only,
        mine_only: pb.mine_only,
        campaign: pb.campaign.clone(),
        near_due_only: pb.near_due_only,
        direction: pb.direction.clone(),
        correction_wanted_only: pb.correction_wanted_only,
        application_query: pb.application_query.clone(),
    }
}

/// The conditions that the caller saved under this name.
async fn saved(ctx: &Context, name: &str, person: &str) -> Result<Option<Filter>> {
    let Some(id) = name::uuid("savedFilters/*", name) else {
        return Ok(None);
    };
    let found = saved_filter::find(ctx.db.read(), person, id).await?;
    let saved = found.ok_or_else(|| Error::NotFound(name.to_owned()))?;
    // It was checked when it was saved.
    let mut nothing = Violations::new();
    let filter = filter(
        &mut nothing,
        &paths::OF_A_LIST,
        &conditions(&saved)?,
        person,
    );
    Ok(Some(filter))
}
