//! PublishEnquiry: question and answer for everybody, in words in which nobody is recognised.

use chassis::audit;
use chassis::caller::Caller;
use chassis::error::{Error, Result};
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use super::MAX_TEXT;
use super::reader::{id, lock, reader};
use crate::Context;
use crate::domain::enquiry::Side;
use crate::rpc::public_answers::to_pb::to_pb;
use crate::rpc::review_tasks::decide::check_etag;
use crate::rpc::review_tasks::request_id;
use crate::store::enquiry;
use crate::store::public_answer::{self, Kept};

const ACTION: &str = "PublishEnquiry";
/// The most characters of a question.
const MAX_QUESTION: usize = 1_000;

pub async fn publish(
    ctx: &Context,
    request: Request<pb::PublishEnquiryRequest>,
) -> Result<pb::PublicAnswer> {
    let caller = Caller::of(&request);
    let reader = reader(&caller)?;
    let pb = request.into_inner();
    let words = pb.public_answer.clone().unwrap_or_default();
    let mut violations = Violations::new();
    let named = id(&mut violations, &pb.name);
    if pb.etag.is_empty() {
        violations.add("etag", "REQUIRED");
    }
    check_etag(&mut violations, &pb.etag);
    let path = "public_answer.question";
    let question = violations.text(path, &words.question, MAX_QUESTION);
    let answer = violations.text("public_answer.answer", &words.answer, MAX_TEXT);
    request_id(&mut violations, &pb.request_id);
    violations.into_result()?;

    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, ACTION, id, &pb).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let (mut kept, side) = lock(tx, &reader, named, [&pb.name, &pb.etag]).await?;
    if side != Side::Staff {
        return Err(Error::Denied);
    }
    let messages = enquiry::messages(tx, kept.id).await?;
    let answers = messages.iter().filter(|it| it.side == Side::Staff).count();
    kept.enquiry
        .must_be_publishable(u32::try_from(answers).unwrap_or(u32::MAX))?;
    let put = Kept {
        id: ctx.ids.uuid(),
        enquiry: kept.id,
        programme: kept.enquiry.programme.clone(),
        college: kept.enquiry.college.clone(),
        question,
        answer,
        publish_time: ctx.clock.now(),
    };
    let public = public_answer::put(tx, &put).await?;
    // The enquiry names what was published of it: whoever looked before has to look again.
    enquiry::save(tx, &mut kept).await?;
    audit::record(tx, &ctx.clock, &caller, ACTION, &pb.name, &public.name()).await?;
    write.commit(to_pb(&public)).await
}
