//! Lists the caller's applications, newest first; to a campaign manager also what was submitted.

use chassis::Result;
use chassis::caller::{Caller, Role};
use chassis::page::Page;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::application::State;
use tonic::Request;

use super::message;
use crate::Context;
use crate::store::application::{self, Filter};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListApplicationsRequest>,
) -> Result<pb::ListApplicationsResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let account = caller.person()?.account;
    let mut violations = Violations::new();
    let campaign = chassis::name::capture::<1>("campaigns/*", &pb.parent).map(|[id]| id);
    if campaign.is_none() {
        violations.add(
            "parent",
            if pb.parent.is_empty() {
                "REQUIRED"
            } else {
                "INVALID_NAME"
            },
        );
    }
    let state = State::try_from(pb.state).unwrap_or_else(|_| {
        violations.add("state", "UNKNOWN_VALUE");
        State::Unspecified
    });
    let state = match state {
        State::Unspecified => "",
        state => state.as_str_name().trim_start_matches("STATE_"),
    };
    let of_others = caller.has(Role::CampaignManager);
    // A page belongs to its reader: what others see is another list.
    let filter = [
        pb.parent.as_str(),
        state,
        &account.to_string(),
        if of_others { "all" } else { "own" },
    ];
    let page = Page::<String>::parse(&mut violations, pb.page_size, &pb.page_token, &filter);
    violations.into_result()?;

    let filter = Filter {
        account,
        of_others,
        campaign: campaign.filter(|id| *id != "-").unwrap_or_default(),
        state,
    };
    let mut found =
        application::list(ctx.db.read(), &filter, page.after.clone(), page.limit()).await?;
    let next_page_token = page.next(&mut found, |kept| kept.id.clone());
    Ok(pb::ListApplicationsResponse {
        applications: found.iter().map(message::of).collect(),
        next_page_token,
    })
}
