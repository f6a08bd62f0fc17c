//! CreateSavedFilter: a filter under a title, up to a bound.

use chassis::audit;
use chassis::caller::Caller;
use chassis::error::Result;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use prost::Message;
use proto::review::v1 as pb;
use tonic::Request;

use super::to_pb::to_pb;
use crate::Context;
use crate::domain::refusal::Refusal;
use crate::rpc::review_tasks::task_filter::{filter, paths};
use crate::rpc::review_tasks::{expert, request_id};
use crate::store;
use crate::store::saved_filter::{self, Saved};

const ACTION: &str = "CreateSavedFilter";
/// The most filters of one person: more than anybody looks at.
const MOST: u32 = 20;
/// The most characters of a title.
const MAX_TITLE: usize = 80;

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateSavedFilterRequest>,
) -> Result<pb::SavedFilter> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let owner = expert(&caller)?;
    let (title, filter) = parse(&pb, &owner)?;

    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, ACTION, id, &pb).await? {
        Once::Answered(saved) => return Ok(saved),
        Once::Begun(write) => write,
    };
    // One call of a person at a time: the count stays true until the filter is there.
    store::expert::lock(write.tx(), &owner).await?;
    if saved_filter::count(write.tx(), &owner).await? >= i64::from(MOST) {
        return Err(Refusal::TooManySavedFilters { max: MOST }.into());
    }
    let saved = Saved {
        id: ctx.ids.uuid(),
        title,
        filter: filter.encode_to_vec(),
        create_time: ctx.clock.now(),
    };
    saved_filter::insert(write.tx(), &owner, &saved).await?;
    let shown = to_pb(saved)?;
    audit::record(write.tx(), &ctx.clock, &caller, ACTION, &shown.name, "").await?;
    write.commit(shown).await
}

fn parse(pb: &pb::CreateSavedFilterRequest, owner: &str) -> Result<(String, pb::TaskFilter)> {
    let mut violations = Violations::new();
    let given = pb.saved_filter.clone().unwrap_or_default();
    let title = violations.text("saved_filter.title", &given.title, MAX_TITLE);
    if title.chars().any(char::is_control) {
        violations.add("saved_filter.title", "INVALID_FORMAT");
    }
    let conditions = given.filter.unwrap_or_default();
    if conditions == pb::TaskFilter::default() {
        violations.add("saved_filter.filter", "REQUIRED");
    }
    filter(
        &mut violations,
        &paths::OF_A_SAVED_FILTER,
        &conditions,
        owner,
    );
    request_id(&mut violations, &pb.request_id);
    violations.into_result()?;
    Ok((title, conditions))
}
