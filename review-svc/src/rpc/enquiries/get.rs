//! GetEnquiry: all that was written, for both sides.

use chassis::caller::Caller;
use chassis::error::Result;
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use super::reader::{find, id, reader};
use super::to_pb;
use crate::Context;
use crate::store::enquiry;

pub async fn get(ctx: &Context, request: Request<pb::GetEnquiryRequest>) -> Result<pb::Enquiry> {
    let reader = reader(&Caller::of(&request))?;
    let name = request.into_inner().name;
    let mut violations = Violations::new();
    let id = id(&mut violations, &name);
    violations.into_result()?;
    let (kept, _) = find(ctx, &reader, id, &name).await?;
    let messages = enquiry::messages(ctx.db.read(), kept.id).await?;
    Ok(to_pb::enquiry(&kept, &messages, ctx.clock.now()))
}
