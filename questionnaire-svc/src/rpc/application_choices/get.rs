//! Shows a choice to those whose it is.

use chassis::caller::Caller;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::{may_see, message};
use crate::Context;
use crate::rpc::disclosures::record;
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
        .ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    let exams = choice::exams(on, &[id]).await?;
    let found = [kept];
    let mut told = message::all(&found, &exams);
    if pb.with_name {
        let names = record::names(ctx, &caller, &found[0].name(), &found).await?;
        message::name(&mut told, &found, &names);
    }
    told.pop().ok_or(Error::NotFound(pb.name))
}
