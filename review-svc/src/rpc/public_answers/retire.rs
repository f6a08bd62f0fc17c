//! RetirePublicAnswer: taken back by those who may answer its question.

use chassis::audit;
use chassis::caller::Caller;
use chassis::error::{Error, Result};
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use super::get::id;
use super::to_pb::to_pb;
use crate::Context;
use crate::domain::enquiry::Side;
use crate::rpc::enquiries::reader::reader;
use crate::rpc::review_tasks::request_id;
use crate::store::{enquiry, public_answer};

const ACTION: &str = "RetirePublicAnswer";

pub async fn retire(
    ctx: &Context,
    request: Request<pb::RetirePublicAnswerRequest>,
) -> Result<pb::PublicAnswer> {
    let caller = Caller::of(&request);
    let reader = reader(&caller)?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let named = id(&mut violations, &pb.name);
    request_id(&mut violations, &pb.request_id);
    violations.into_result()?;

    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, ACTION, id, &pb).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let not_found = || Error::NotFound(pb.name.clone());
    let (tx, named) = (write.tx(), named.ok_or_else(not_found)?);
    let public = public_answer::find(tx, named)
        .await?
        .ok_or_else(not_found)?;
    let asked = enquiry::lock(tx, public.enquiry)
        .await?
        .ok_or_else(not_found)?;
    // Everybody may read it, so whoever may not take it back is told so.
    if asked.enquiry.side(&reader) != Some(Side::Staff) {
        return Err(Error::Denied);
    }
    if !public_answer::retire(tx, named, ctx.clock.now()).await? {
        return Err(not_found());
    }
    audit::record(tx, &ctx.clock, &caller, ACTION, &pb.name, "").await?;
    write.commit(to_pb(&public)).await
}
