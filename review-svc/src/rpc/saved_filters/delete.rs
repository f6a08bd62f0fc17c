//! DeleteSavedFilter: one of the caller's own.

use chassis::audit;
use chassis::caller::Caller;
use chassis::error::{Error, Result};
use chassis::name;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::to_pb::to_pb;
use crate::Context;
use crate::rpc::review_tasks::{expert, request_id};
use crate::store::saved_filter;

const ACTION: &str = "DeleteSavedFilter";

pub async fn delete(
    ctx: &Context,
    request: Request<pb::DeleteSavedFilterRequest>,
) -> Result<pb::SavedFilter> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let captured = name::capture::<1>("savedFilters/*", &pb.name);
    if captured.is_none() {
        violations.add("name", "INVALID_NAME");
    }
    request_id(&mut violations, &pb.request_id);
    violations.into_result()?;
    let filter = captured.and_then(|[id]| Uuid::parse_str(id).ok());
    let owner = expert(&caller)?;

    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, ACTION, id, &pb).await? {
        Once::Answered(saved) => return Ok(saved),
        Once::Begun(write) => write,
    };
    let not_found = || Error::NotFound(pb.name.clone());
    let filter = filter.ok_or_else(not_found)?;
    let found = saved_filter::find(write.tx(), &owner, filter).await?;
    let saved = found.ok_or_else(not_found)?;
    if !saved_filter::delete(write.tx(), &owner, filter).await? {
        return Err(Error::NotFound(pb.name));
    }
    audit::record(write.tx(), &ctx.clock, &caller, ACTION, &pb.name, "").await?;
    write.commit(to_pb(saved)?).await
}
