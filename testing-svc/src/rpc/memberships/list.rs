//! ListMemberships: one's own, newest first; everybody's to campaign managers.

use chassis::Result;
use chassis::caller::{Caller, Role};
use chassis::clock::astana_date;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::written;
use crate::rpc::{enums, parse};
use crate::store::membership::Filter;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListMembershipsRequest>,
) -> Result<pb::ListMembershipsResponse> {
    let caller = Caller::of(&request);
    let person = caller.person()?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let campaign = match pb.campaign.as_str() {
        "" => None,
        name => parse::campaign(&mut violations, "campaign", name),
    };
    let state = enums::from_membership_state;
    let filter = Filter {
        account: (!person.has(Role::CampaignManager)).then_some(person.account),
        campaign,
        state: parse::optional_word(&mut violations, "state", pb.state, state),
    };
    let bound = format!("{filter:?}");
    let bound = ["memberships", bound.as_str()];
    let page = Page::<Uuid>::parse(&mut violations, pb.page_size, &pb.page_token, &bound);
    violations.into_result()?;
    let (db, day) = (ctx.db.read(), astana_date(ctx.clock.now()));
    let mut rows = store::membership::list(db, &filter, page.after, page.limit(), day).await?;
    let next_page_token = page.next(&mut rows, |it| it.id);
    Ok(pb::ListMembershipsResponse {
        memberships: rows.iter().map(|it| written(it, day)).collect(),
        next_page_token,
    })
}
