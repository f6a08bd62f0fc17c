//! Shows one mail.

use chassis::caller::Caller;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::identity::v1 as pb;
use tonic::Request;

use super::show;
use crate::rpc::named;
use crate::{Context, store};

pub async fn get(ctx: &Context, request: Request<pb::GetMailRequest>) -> Result<pb::Mail> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = named(&mut violations, "name", "mails/*", &pb.name);
    violations.into_result()?;
    let not_found = || Error::NotFound(pb.name.clone());
    let mail = store::mail::find(&ctx.sealer, ctx.db.read(), id.ok_or_else(not_found)?).await?;
    Ok(show(&mail.ok_or_else(not_found)?, &caller))
}
