//! CloseEnquiry: nobody writes on.

use chassis::audit;
use chassis::caller::Caller;
use chassis::error::Result;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use super::reader::{id, lock, reader};
use super::to_pb;
use crate::Context;
use crate::rpc::review_tasks::decide::check_etag;
use crate::rpc::review_tasks::request_id;
use crate::store::enquiry;

const ACTION: &str = "CloseEnquiry";

pub async fn close(
    ctx: &Context,
    request: Request<pb::CloseEnquiryRequest>,
) -> Result<pb::Enquiry> {
    let caller = Caller::of(&request);
    let reader = reader(&caller)?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let named = id(&mut violations, &pb.name);
    check_etag(&mut violations, &pb.etag);
    request_id(&mut violations, &pb.request_id);
    violations.into_result()?;

    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, ACTION, id, &pb).await? {
        Once::Answered(enquiry) => return Ok(enquiry),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let (mut kept, side) = lock(tx, &reader, named, [&pb.name, &pb.etag]).await?;
    let waiting = kept.enquiry.close()?;
    enquiry::count(tx, &kept.enquiry.author, waiting).await?;
    enquiry::save(tx, &mut kept).await?;
    audit::record(tx, &ctx.clock, &caller, ACTION, &pb.name, side.code()).await?;
    let messages = enquiry::messages(tx, kept.id).await?;
    let answer = to_pb::enquiry(&kept, &messages, ctx.clock.now());
    write.commit(answer).await
}
