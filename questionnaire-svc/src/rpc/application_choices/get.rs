//! Shows a choice to those whose it is.

use chassis::caller::Caller;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::{may_see, message};
use crate::Context;
use crate::rpc::name::ApplicationName;
use crate::store::choice;

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetApplicationChoiceRequest>,
) -> Result<pb::ApplicationChoice> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (_, id) = ApplicationName::parse_child("name", "choices", &pb.name)?;
    let on = ctx.db.read();
    let found = choice::find(on, &id).await?;
    let kept = found
        .filter(|kept| kept.name() == pb.name && may_see(&caller, kept))
        .ok_or(Error::NotFound(pb.name))?;
    let exams = choice::exams(on, &[id]).await?;
    Ok(message::of(&kept, &exams))
}
