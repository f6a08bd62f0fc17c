//! Lists the sittings of the caller's college by their time.

use chassis::Result;
use chassis::caller::Caller;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::exam_sitting::State;
use tonic::Request;

use super::message;
use crate::Context;
use crate::domain::exam_sitting::Grades;
use crate::rpc::name;
use crate::store::exam_sitting::{self, Filter, Key, key};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListExamSittingsRequest>,
) -> Result<pb::ListExamSittingsResponse> {
    let bin = Caller::of(&request).signatory()?.organisation;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let specialty = match pb.specialty.as_str() {
        "" => "",
        name => violations
            .take(
                "specialty",
                name::id_of("specialties/*", name).ok_or("INVALID_NAME"),
            )
            .unwrap_or_default(),
    };
    let grades = match State::try_from(pb.state) {
        Ok(State::Unspecified) => None,
        Ok(State::Planned) => Some(Grades::None),
        Ok(State::Graded) => Some(Grades::Some),
        Err(_) => {
            violations.add("state", "UNKNOWN_VALUE");
            None
        }
    };
    let organisation = bin.to_string();
    let state = pb.state.to_string();
    let parts = [organisation.as_str(), &pb.specialty, &state];
    let page = Page::<Key>::parse(&mut violations, pb.page_size, &pb.page_token, &parts);
    violations.into_result()?;

    let filter = Filter {
        bin,
        specialty,
        grades,
    };
    let after = page.after.clone();
    let mut found = exam_sitting::list(ctx.db.read(), &filter, after, page.limit()).await?;
    let next_page_token = page.next(&mut found, key);
    Ok(pb::ListExamSittingsResponse {
        exam_sittings: found.iter().map(message::of).collect(),
        next_page_token,
    })
}
