//! Shows a revision of a form.

use chassis::Result;
use chassis::caller::Caller;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::find::find;
use crate::Context;

pub async fn get_revision(
    ctx: &Context,
    request: Request<pb::GetFormRevisionRequest>,
) -> Result<pb::FormRevision> {
    let caller = Caller::of(&request);
    let name = request.into_inner().name;
    Ok(find(ctx, &caller, "name", &name).await?.message)
}
