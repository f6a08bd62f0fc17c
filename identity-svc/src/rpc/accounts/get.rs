//! Shows an account: one's own, or any to an administrator.

use chassis::caller::Caller;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{Reader, meant, show};
use crate::rpc::staff::administrator;
use crate::{Context, store};

pub async fn get(ctx: &Context, request: Request<pb::GetAccountRequest>) -> Result<pb::Account> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = meant(&mut violations, "name", &caller, &pb.name);
    violations.into_result()?;
    let not_found = || Error::NotFound(pb.name.clone());
    let id = id.ok_or_else(not_found)?;
    let reader = if caller.is(id) {
        Reader::Owner
    } else {
        let denied = |error| match error {
            Error::Denied => not_found(),
            other => other,
        };
        administrator(ctx, &caller).await.map_err(denied)?;
        Reader::Administrator
    };
    let account = store::account::find(&ctx.sealer, ctx.db.read(), id)
        .await?
        .ok_or_else(not_found)?;
    Ok(show(&account, reader))
}
