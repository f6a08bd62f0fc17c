//! GetPublicAnswer: one, for everybody.

use chassis::error::{Error, Result};
use chassis::name;
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::to_pb::to_pb;
use crate::Context;
use crate::store::public_answer;

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetPublicAnswerRequest>,
) -> Result<pb::PublicAnswer> {
    let name = request.into_inner().name;
    let mut violations = Violations::new();
    let id = id(&mut violations, &name);
    violations.into_result()?;
    let found = match id {
        Some(id) => public_answer::find(ctx.db.read(), id).await?,
        None => None,
    };
    found.as_ref().map(to_pb).ok_or(Error::NotFound(name))
}

/// The id in a name; what is wrong with the name is noted.
pub fn id(violations: &mut Violations, name: &str) -> Option<Uuid> {
    if name::capture::<1>("publicAnswers/*", name).is_none() {
        violations.add("name", "INVALID_NAME");
    }
    name::uuid("publicAnswers/*", name)
}
