//! ListEnquiries: one's own, or those that wait for the caller.

use chassis::caller::Caller;
use chassis::error::Result;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::review::v1 as pb;
use proto::review::v1::enquiry::{Kind as PbKind, State as PbState};
use tonic::Request;

use super::reader::reader;
use super::to_pb;
use crate::Context;
use crate::domain::enquiry::{Kind, State};
use crate::store::enquiry::{self, Filter, Key, Whose};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListEnquiriesRequest>,
) -> Result<pb::ListEnquiriesResponse> {
    let reader = reader(&Caller::of(&request))?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let state = match PbState::try_from(pb.state) {
        Ok(PbState::Unspecified) => Ok(None),
        Ok(PbState::Open) => Ok(Some(State::Open)),
        Ok(PbState::Answered) => Ok(Some(State::Answered)),
        Ok(PbState::Closed) => Ok(Some(State::Closed)),
        Err(_) => Err("UNKNOWN_VALUE"),
    };
    let kind = match PbKind::try_from(pb.kind) {
        Ok(PbKind::Unspecified) => Ok(None),
        Ok(PbKind::Question) => Ok(Some(Kind::Question)),
        Ok(PbKind::Support) => Ok(Some(Kind::Support)),
        Err(_) => Err("UNKNOWN_VALUE"),
    };
    let whose = match pb.answering {
        true => Whose::ToAnswer,
        false => Whose::Own,
    };
    let now = ctx.clock.now();
    let filter = Filter {
        reader: &reader,
        whose,
        state: violations.take("state", state).flatten(),
        kind: violations.take("kind", kind).flatten(),
        overdue_at: pb.overdue_only.then_some(now),
    };
    let asked = format!(
        "{whose:?} {:?} {:?} {}",
        filter.state, filter.kind, pb.overdue_only
    );
    let of = ["enquiries", reader.key.as_str(), asked.as_str()];
    let page = Page::<Key>::parse(&mut violations, pb.page_size, &pb.page_token, &of);
    violations.into_result()?;

    let (db, after) = (ctx.db.read(), page.after.clone());
    let mut rows = enquiry::list(db, &filter, after, page.limit()).await?;
    let next_page_token = page.next(&mut rows, |kept| kept.key(whose));
    Ok(pb::ListEnquiriesResponse {
        enquiries: rows
            .iter()
            .map(|kept| to_pb::enquiry(kept, &[], now))
            .collect(),
        next_page_token,
    })
}
