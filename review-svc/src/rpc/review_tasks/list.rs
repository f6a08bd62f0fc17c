//! ListReviewTasks: the one due first at the top, and before all those whose term can't be counted yet.

use chassis::caller::Caller;
use chassis::error::Result;
use chassis::name;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::review::v1 as pb;
use proto::review::v1::review_task::State;
use tonic::Request;

use super::{expert, to_pb};
use crate::Context;
use crate::store::queue::{self, Filter};
use crate::store::task::{Kept, Key};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListReviewTasksRequest>,
) -> Result<pb::ListReviewTasksResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let filter = filter(&mut violations, &caller, &pb)?;
    let token_of = format!("{filter:?}");
    let page = Page::<Key>::parse(
        &mut violations,
        pb.page_size,
        &pb.page_token,
        &["tasks", &token_of],
    );
    violations.into_result()?;

    let now = ctx.clock.now();
    let limit = page.limit();
    let mut rows = queue::list(ctx.db.read(), &filter, now, page.after.clone(), limit).await?;
    let next_page_token = page.next(&mut rows, Kept::key);
    Ok(pb::ListReviewTasksResponse {
        review_tasks: rows.iter().map(|kept| to_pb::task(kept, now)).collect(),
        next_page_token,
    })
}

fn filter(
    violations: &mut Violations,
    caller: &Caller,
    pb: &pb::ListReviewTasksRequest,
) -> Result<Filter> {
    let state = match State::try_from(pb.state) {
        Ok(State::Unspecified) => None,
        Ok(State::Open) => Some("OPEN"),
        Ok(State::Claimed) => Some("CLAIMED"),
        Ok(State::Decided) => Some("DECIDED"),
        Ok(State::Withdrawn) => Some("WITHDRAWN"),
        Err(_) => {
            violations.add("state", "UNKNOWN_VALUE");
            None
        }
    };
    let campaign = Some(pb.campaign.clone()).filter(|campaign| !campaign.is_empty());
    if campaign
        .as_ref()
        .is_some_and(|name| name::capture::<1>("campaigns/*", name).is_none())
    {
        violations.add("campaign", "INVALID_NAME");
    }
    let expert = if pb.mine_only {
        Some(expert(caller)?)
    } else {
        None
    };
    Ok(Filter {
        state,
        overdue: pb.overdue_only,
        expert,
        campaign,
    })
}
