//! Shows the organisation with a BIN. A typing error in it is told apart from a BIN that nobody knows.

use chassis::identifier::Bin;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::name;
use crate::store::organisation;

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetOrganisationRequest>,
) -> Result<pb::Organisation> {
    let name = request.into_inner().name;
    let mut violations = Violations::new();
    let id = name::id_of("organisations/*", &name).ok_or(name::reason(&name));
    let bin = violations.take("name", id.and_then(Bin::parse));
    violations.into_result()?;
    let bins = bin.map(|bin| bin.to_string());
    let found = organisation::find(ctx.db.read(), bins.as_slice()).await?;
    let found = found.first().map(message::of);
    found.ok_or(Error::NotFound(name))
}
