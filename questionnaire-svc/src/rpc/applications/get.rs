//! Shows an application.

use chassis::Result;
use chassis::caller::Caller;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::name::ApplicationName;
use crate::rpc::{access, rebase};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetApplicationRequest>,
) -> Result<pb::Application> {
    let caller = Caller::of(&request);
    let name = ApplicationName::parse("name", &request.into_inner().name)?;
    let mut kept = access::visible(ctx, &caller, &name).await?;
    if access::fills(&caller, &kept) {
        kept = rebase::up_to_date(ctx, kept).await?;
    }
    Ok(message::of(&kept))
}
