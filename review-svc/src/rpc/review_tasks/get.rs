//! GetReviewTask: a task as it is now.

use chassis::caller::Caller;
use chassis::error::Result;
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use super::{task_id, to_pb};
use crate::Context;

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetReviewTaskRequest>,
) -> Result<pb::ReviewTask> {
    let caller = Caller::of(&request);
    let name = request.into_inner().name;
    let mut violations = Violations::new();
    let Some(named) = task_id(&mut violations, &name) else {
        return Err(violations.into());
    };
    let kept = named.find(ctx, &name).await?;
    Ok(to_pb::task(&kept, ctx.clock.now(), &caller))
}
