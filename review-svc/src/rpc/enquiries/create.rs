//! CreateEnquiry: something is asked, and a term begins.

use chassis::audit;
use chassis::caller::Caller;
use chassis::error::Result;
use chassis::identifier::Bin;
use chassis::name;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::review::v1 as pb;
use proto::review::v1::enquiry::Kind as PbKind;
use tonic::Request;

use super::reader::reader;
use super::{MAX_TEXT, term, to_pb};
use crate::Context;
use crate::domain::enquiry::{Consent, Enquiry, Kind, MOST_OPEN, Side, State, Waiting};
use crate::domain::refusal::Refusal;
use crate::rpc::review_tasks::request_id;
use crate::store::enquiry::{self, Kept, Message};

const ACTION: &str = "CreateEnquiry";
/// The most characters of a subject: a line.
const MAX_SUBJECT: usize = 150;
/// The programme whose colleges are asked.
const OF_COLLEGES: &str = "college";

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateEnquiryRequest>,
) -> Result<pb::Enquiry> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let author = reader(&caller)?.key;
    let (enquiry, text) = parse(&pb, author)?;

    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, ACTION, id, &pb).await? {
        Once::Answered(enquiry) => return Ok(enquiry),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), ctx.clock.now());
    if !enquiry::count(tx, &enquiry.author, Waiting::OneMore).await? {
        return Err(Refusal::TooManyEnquiries { max: MOST_OPEN }.into());
    }
    let mut kept = Kept {
        id: ctx.ids.uuid(),
        enquiry,
        create_time: now,
        version: 1,
        public_answer: None,
    };
    kept.enquiry.due_time = term::due_time(ctx, tx, now).await?;
    let message = Message {
        side: Side::Author,
        text,
        create_time: now,
    };
    enquiry::insert(tx, &kept).await?;
    enquiry::write(tx, &kept, &message).await?;
    let detail = kept.enquiry.kind.code();
    audit::record(tx, &ctx.clock, &caller, ACTION, &kept.name(), detail).await?;
    write.commit(to_pb::enquiry(&kept, &[message], now)).await
}

fn parse(pb: &pb::CreateEnquiryRequest, author: String) -> Result<(Enquiry, String)> {
    let mut violations = Violations::new();
    let given = pb.enquiry.clone().unwrap_or_default();
    let kind = match PbKind::try_from(given.kind) {
        Ok(PbKind::Question) => Ok(Kind::Question),
        Ok(PbKind::Support) => Ok(Kind::Support),
        Ok(PbKind::Unspecified) => Err("REQUIRED"),
        Err(_) => Err("UNKNOWN_VALUE"),
    };
    let kind = violations.take("enquiry.kind", kind);
    match given.programme.as_str() {
        "" => drop(violations.add("enquiry.programme", "REQUIRED")),
        slug if !name::is_slug(slug) => drop(violations.add("enquiry.programme", "INVALID_FORMAT")),
        _ => {}
    }
    if !given.college.is_empty() {
        let bin = name::capture::<1>("colleges/*", &given.college);
        if bin.is_none_or(|[bin]| Bin::parse(bin).is_err()) {
            violations.add("enquiry.college", "INVALID_NAME");
        } else if kind == Some(Kind::Support) || given.programme != OF_COLLEGES {
            violations.add("enquiry.college", "NOT_OF_THIS_OUTCOME");
        }
    }
    let subject = violations.text("enquiry.subject", &given.subject, MAX_SUBJECT);
    if subject.chars().any(char::is_control) {
        violations.add("enquiry.subject", "INVALID_FORMAT");
    }
    let text = violations.text("enquiry.text", &given.text, MAX_TEXT);
    if given.may_publish && kind == Some(Kind::Support) {
        violations.add("enquiry.may_publish", "NOT_OF_THIS_OUTCOME");
    }
    request_id(&mut violations, &pb.request_id);
    let Some(kind) = kind.filter(|_| violations.is_empty()) else {
        return Err(violations.into());
    };
    let consent = match given.may_publish {
        true => Consent::MayPublish,
        false => Consent::KeepPrivate,
    };
    let enquiry = Enquiry {
        author,
        kind,
        programme: given.programme,
        college: given.college,
        subject,
        consent,
        state: State::Open,
        messages: 1,
        due_time: None,
    };
    Ok((enquiry, text))
}
