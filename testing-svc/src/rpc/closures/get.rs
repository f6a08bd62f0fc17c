//! GetClosure: to the exam desk.

use chassis::violation::Violations;
use chassis::{Error, Result, name};
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::{Context, store};

pub async fn get(ctx: &Context, request: Request<pb::GetClosureRequest>) -> Result<pb::Closure> {
    let pb = request.into_inner();
    let Some(id) = name::uuid("closures/*", &pb.name) else {
        let reason = if pb.name.is_empty() {
            "REQUIRED"
        } else {
            "INVALID_NAME"
        };
        return Err(Violations::one("name", reason).into());
    };
    let closure = store::closure::find(ctx.db.read(), id).await?;
    closure
        .as_ref()
        .map(written)
        .ok_or(Error::NotFound(pb.name))
}
