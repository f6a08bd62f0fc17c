//! Shows a request to those whose it is.

use chassis::caller::Caller;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::{may_see, message};
use crate::Context;
use crate::rpc::name;
use crate::store::service_request;

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetServiceRequestRequest>,
) -> Result<pb::ServiceRequest> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let id = name::service_request("name", &pb.name)?;
    let found = service_request::find(ctx.db.read(), id).await?;
    let kept = found
        .filter(|kept| kept.name() == pb.name && may_see(&caller, kept))
        .ok_or(Error::NotFound(pb.name))?;
    Ok(message::of(&kept))
}
