//! Shows an organisation: to administrators any, to its signatories their own.

use chassis::caller::Caller;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{found, meant, show};
use crate::Context;
use crate::rpc::staff::administrator;

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetSigningOrganisationRequest>,
) -> Result<pb::SigningOrganisation> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let bin = meant(&mut violations, "name", &pb.name);
    violations.into_result()?;
    match caller.acts_for() {
        // Which others are registered is not told.
        Some(own) if Some(own) != bin => return Err(Error::NotFound(pb.name)),
        Some(_) => {}
        None => administrator(ctx, &caller).await?,
    }
    Ok(show(&found(ctx, bin, &pb.name).await?))
}
