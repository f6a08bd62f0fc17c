//! Shows what is known of a document.

use chassis::Result;
use chassis::caller::Caller;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::{message, reach};
use crate::Context;

pub async fn get(ctx: &Context, request: Request<pb::GetDocumentRequest>) -> Result<pb::Document> {
    let caller = Caller::of(&request);
    let kept = reach::visible(ctx, &caller, &request.into_inner().name).await?;
    Ok(message::of(&kept))
}
