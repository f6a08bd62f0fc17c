//! Shows a signature: its facts to services, the whole of it to administrators.

use chassis::caller::Caller;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{show, show_whole};
use crate::rpc::named;
use crate::rpc::staff::administrator;
use crate::{Context, store};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetSignatureRequest>,
) -> Result<pb::Signature> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = named(&mut violations, "name", "signatures/*", &pb.name);
    violations.into_result()?;
    if !caller.is_service() {
        administrator(ctx, &caller).await?;
    }
    let not_found = || Error::NotFound(pb.name.clone());
    let id = id.ok_or_else(not_found)?;
    let found = store::signature::find(&ctx.sealer, ctx.db.read(), id).await?;
    let found = found.ok_or_else(not_found)?;
    Ok(match caller.is_service() {
        true => show(&found),
        false => show_whole(&found),
    })
}
