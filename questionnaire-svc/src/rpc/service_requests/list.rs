//! Lists requests in the order in which they came: of the person who calls, or of the college that the
//! caller signs for.

use chassis::caller::Caller;
use chassis::page::Page;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::filter::{self, Asked};
use super::message;
use crate::Context;
use crate::store::service_request::{self, Filter};

/// Every college.
const ANY: &str = "colleges/-";

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListServiceRequestsRequest>,
) -> Result<pb::ListServiceRequestsResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut wrong = Violations::new();
    let bin = match pb.parent.as_str() {
        ANY => None,
        name => filter::college(&mut wrong, name),
    };
    let asked = Asked {
        kind: pb.kind,
        state: pb.state,
        specialty: &pb.specialty,
        academic_year: pb.academic_year,
    };
    let filter = filter::read(&mut wrong, &asked);
    let [kind, state, year] = [pb.kind, pb.state, pb.academic_year].map(|it| it.to_string());
    let key = caller.key();
    let parts = [
        key.as_str(),
        &pb.parent,
        &kind,
        &state,
        &pb.specialty,
        &year,
    ];
    let page = Page::<String>::parse(&mut wrong, pb.page_size, &pb.page_token, &parts);
    wrong.into_result()?;

    let filter = match caller.signatory() {
        Ok(board) if bin.is_some_and(|bin| bin != board.organisation) => {
            return Err(Error::NotFound(pb.parent));
        }
        Ok(board) => Filter {
            bin: Some(board.organisation),
            ..filter
        },
        Err(_) => Filter {
            bin,
            account: Some(caller.person()?.account),
            ..filter
        },
    };
    let after = page.after.clone();
    let mut found = service_request::list(ctx.db.read(), &filter, after, page.limit()).await?;
    let next_page_token = page.next(&mut found, |kept| kept.id.clone());
    Ok(pb::ListServiceRequestsResponse {
        service_requests: found.iter().map(message::of).collect(),
        next_page_token,
    })
}
