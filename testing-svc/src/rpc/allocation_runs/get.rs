//! GetAllocationRun: what was agreed, and what came of it so far.

use chassis::Result;
use proto::testing::v1 as pb;
use tonic::Request;

use super::{named, written};
use crate::Context;

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetAllocationRunRequest>,
) -> Result<pb::AllocationRun> {
    Ok(written(&named(ctx, &request.into_inner().name).await?))
}
