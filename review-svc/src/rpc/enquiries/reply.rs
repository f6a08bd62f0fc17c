//! ReplyToEnquiry: an answer, or more from the author.

use chassis::audit;
use chassis::caller::Caller;
use chassis::error::Result;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use super::reader::{id, lock, reader};
use super::{MAX_TEXT, term, to_pb};
use crate::domain::enquiry::{MOST_OPEN, Side, State, Waiting};
use crate::domain::refusal::Refusal;
use crate::rpc::review_tasks::decide::check_etag;
use crate::rpc::review_tasks::request_id;
use crate::store::enquiry::{self, Message};
use crate::{Context, events};

const ACTION: &str = "ReplyToEnquiry";

pub async fn reply(
    ctx: &Context,
    request: Request<pb::ReplyToEnquiryRequest>,
) -> Result<pb::Enquiry> {
    let caller = Caller::of(&request);
    let reader = reader(&caller)?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let named = id(&mut violations, &pb.name);
    check_etag(&mut violations, &pb.etag);
    let text = violations.text("text", &pb.text, MAX_TEXT);
    request_id(&mut violations, &pb.request_id);
    violations.into_result()?;

    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, ACTION, id, &pb).await? {
        Once::Answered(enquiry) => return Ok(enquiry),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), ctx.clock.now());
    let (mut kept, side) = lock(tx, &reader, named, [&pb.name, &pb.etag]).await?;
    let waiting = kept.enquiry.reply(side)?;
    if !enquiry::count(tx, &kept.enquiry.author, waiting).await? {
        return Err(Refusal::TooManyEnquiries { max: MOST_OPEN }.into());
    }
    if waiting == Waiting::OneMore {
        kept.enquiry.due_time = term::due_time(ctx, tx, now).await?;
    }
    let message = Message {
        side,
        text,
        create_time: now,
    };
    enquiry::write(tx, &kept, &message).await?;
    enquiry::save(tx, &mut kept).await?;
    if side == Side::Staff && kept.enquiry.state == State::Answered {
        events::enquiry_answered::publish(ctx, tx, &kept).await?;
    }
    audit::record(tx, &ctx.clock, &caller, ACTION, &pb.name, side.code()).await?;
    let messages = enquiry::messages(tx, kept.id).await?;
    write.commit(to_pb::enquiry(&kept, &messages, now)).await
}
