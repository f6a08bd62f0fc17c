//! Lists news, pinned first, then the newest: to everybody what is published.

use chassis::Result;
use chassis::caller::{Caller, Role};
use chassis::identifier::Bin;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::news_item::State as Wire;
use tonic::Request;

use super::message;
use crate::Context;
use crate::domain::news::State;
use crate::rpc::name;
use crate::store::news_item::{self, Filter, Key, Whose, key};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListNewsItemsRequest>,
) -> Result<pb::ListNewsItemsResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let whose = match pb.college.as_str() {
        "" => Whose::Programmes,
        "colleges/-" => Whose::Colleges,
        name => {
            let bin = name::id_of("colleges/*", name).and_then(|it| Bin::parse(it).ok());
            let bin = violations.take("college", bin.ok_or(name::reason(name)));
            bin.map_or(Whose::Colleges, Whose::College)
        }
    };
    let is_own = matches!(whose, Whose::College(bin) if caller.acts_for() == Some(bin));
    let sees_all = is_own || caller.has(Role::CampaignManager);
    let asked = match Wire::try_from(pb.state) {
        Ok(Wire::Unspecified) => None,
        Ok(Wire::Draft) => Some(State::Draft),
        Ok(Wire::Scheduled) => Some(State::Scheduled),
        Ok(Wire::Published) => Some(State::Published),
        Ok(Wire::Retired) => Some(State::Retired),
        Err(_) => {
            violations.add("state", "UNKNOWN_VALUE");
            None
        }
    };
    let reader = if sees_all { "all" } else { "published" };
    let filter = [
        pb.programme.as_str(),
        &pb.state.to_string(),
        reader,
        &pb.college,
    ];
    let page = Page::<Key>::parse(&mut violations, pb.page_size, &pb.page_token, &filter);
    violations.into_result()?;

    let now = ctx.clock.now();
    // Whoever may see only what is published finds nothing in another state.
    if !sees_all && asked.is_some_and(|state| state != State::Published) {
        return Ok(pb::ListNewsItemsResponse::default());
    }
    let filter = Filter {
        programme: &pb.programme,
        whose,
        state: if sees_all {
            asked
        } else {
            Some(State::Published)
        },
        now,
    };
    let after = page.after.clone();
    let mut found = news_item::list(ctx.db.read(), &filter, after, page.limit()).await?;
    let next_page_token = page.next(&mut found, key);
    Ok(pb::ListNewsItemsResponse {
        news_items: found.iter().map(|kept| message::of(kept, now)).collect(),
        next_page_token,
    })
}
