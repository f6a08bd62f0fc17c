//! Shows one of the caller's own sessions.

use chassis::caller::Caller;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{meant, show_to};
use crate::{Context, store};

pub async fn get(ctx: &Context, request: Request<pb::GetSessionRequest>) -> Result<pb::Session> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = meant(&mut violations, &caller, &pb.name);
    violations.into_result()?;
    let not_found = || Error::NotFound(pb.name.clone());
    let session = store::session::find(ctx.db.read(), id.ok_or_else(not_found)?).await?;
    let own = session
        .filter(|session| session.holder.is(&caller))
        .ok_or_else(not_found)?;
    Ok(show_to(&caller, &own, ctx.clock.now()))
}
