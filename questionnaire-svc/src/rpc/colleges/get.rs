//! Shows the profile of the college with a BIN.

use chassis::identifier::Bin;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::name;
use crate::store::college;

pub async fn get(ctx: &Context, request: Request<pb::GetCollegeRequest>) -> Result<pb::College> {
    let name = request.into_inner().name;
    let mut violations = Violations::new();
    let id = name::id_of("colleges/*", &name).ok_or(name::reason(&name));
    let bin = violations.take("name", id.and_then(Bin::parse));
    violations.into_result()?;
    let bin = bin.map(|bin| bin.to_string()).unwrap_or_default();
    let found = college::find(ctx.db.read(), &bin).await?;
    let found = found.as_ref().map(message::of);
    found.ok_or(Error::NotFound(name))
}
