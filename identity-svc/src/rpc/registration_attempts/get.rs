//! Shows how far a registration is.

use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{PATTERN, show};
use crate::rpc::named;
use crate::{Context, store};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetRegistrationAttemptRequest>,
) -> Result<pb::RegistrationAttempt> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = named(&mut violations, "name", PATTERN, &pb.name);
    violations.into_result()?;
    let not_found = || Error::NotFound(pb.name.clone());
    let attempt =
        store::registration::find(&ctx.sealer, ctx.db.read(), id.ok_or_else(not_found)?).await?;
    Ok(show(&attempt.ok_or_else(not_found)?, ctx))
}
