//! Shows an application.

use chassis::Result;
use chassis::caller::Caller;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::access;
use crate::rpc::name::ApplicationName;

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetApplicationRequest>,
) -> Result<pb::Application> {
    let caller = Caller::of(&request);
    let name = ApplicationName::parse("name", &request.into_inner().name)?;
    Ok(message::of(&access::visible(ctx, &caller, &name).await?))
}
