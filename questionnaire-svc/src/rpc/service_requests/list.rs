//! Lists requests in the order in which they came: of the person who calls, or of the college that the
//! caller signs for.

use chassis::caller::Caller;
use chassis::identifier::Bin;
use chassis::page::Page;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::service_request as wire;
use tonic::Request;

use super::message;
use crate::Context;
use crate::domain::academic_year::AcademicYear;
use crate::domain::service_request::{Kind, State};
use crate::rpc::name;
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
        name => {
            let id = name::id_of("colleges/*", name).ok_or(name::reason(name));
            wrong.take("parent", id.and_then(Bin::parse))
        }
    };
    let filter = filter(&mut wrong, &pb);
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

fn filter<'a>(wrong: &mut Violations, pb: &'a pb::ListServiceRequestsRequest) -> Filter<'a> {
    let kind = wire::Kind::try_from(pb.kind).map_err(|_| "UNKNOWN_VALUE");
    let kind = wrong.take("kind", kind).unwrap_or_default();
    let state = wire::State::try_from(pb.state).map_err(|_| "UNKNOWN_VALUE");
    let state = wrong.take("state", state).unwrap_or_default();
    let specialty = match pb.specialty.as_str() {
        "" => Ok(""),
        name => name::id_of("specialties/*", name).ok_or("INVALID_NAME"),
    };
    let year = match pb.academic_year {
        0 => Ok(None),
        year => AcademicYear::new(year).map(Some).ok_or("OUT_OF_RANGE"),
    };
    Filter {
        kind: Kind::of_code(kind.as_str_name().trim_start_matches("KIND_")),
        state: State::of_code(state.as_str_name().trim_start_matches("STATE_")),
        specialty: wrong.take("specialty", specialty).unwrap_or_default(),
        academic_year: wrong.take("academic_year", year).flatten(),
        ..Filter::default()
    }
}
