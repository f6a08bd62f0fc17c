//! Shows a specialty, a closed one too: applications name it.

use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::name;
use crate::store::specialty;

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetSpecialtyRequest>,
) -> Result<pb::Specialty> {
    let pb = request.into_inner();
    let id = name::specialty("name", &pb.name)?;
    let found = specialty::find(ctx.db.read(), id).await?;
    let found = found.as_ref().map(message::of);
    found.ok_or(Error::NotFound(pb.name))
}
