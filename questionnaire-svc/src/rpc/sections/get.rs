//! Shows a section to its owner.

use chassis::caller::Caller;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::filling::Filling;
use crate::rpc::name::ApplicationName;
use crate::rpc::rebase;

pub async fn get(ctx: &Context, request: Request<pb::GetSectionRequest>) -> Result<pb::Section> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (name, section) = ApplicationName::parse_child("name", "sections", &pb.name)?;
    let kept = rebase::filled(ctx, &caller, &name).await?;
    let filling = Filling::read(ctx, ctx.db.read(), &kept, ctx.clock.now()).await?;
    let form = filling
        .form
        .section(&section)
        .ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    Ok(message::of(&kept, &filling, form))
}
