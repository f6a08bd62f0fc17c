//! ListAppeals: one's own, newest first; everybody's to campaign managers.

use chassis::Result;
use chassis::caller::{Caller, Role};
use chassis::page::Page;
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::written;
use crate::rpc::{enums, parse};
use crate::store::appeal::Filter;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListAppealsRequest>,
) -> Result<pb::ListAppealsResponse> {
    let caller = Caller::of(&request);
    let person = caller.person()?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let campaign = parse::campaign(&mut violations, "parent", &pb.parent);
    let stage = match pb.stage.as_str() {
        "" => None,
        name => parse::below_campaign(&mut violations, "stage", parse::STAGE, name),
    };
    let state = enums::from_appeal_state;
    let filter = Filter {
        campaign: campaign.unwrap_or_default(),
        stage: stage.map(|(_, id)| id),
        account: (!person.has(Role::CampaignManager)).then_some(person.account),
        state: parse::optional_word(&mut violations, "state", pb.state, state),
    };
    let bound = format!("{filter:?}");
    let bound = ["appeals", bound.as_str()];
    let page = Page::<Uuid>::parse(&mut violations, pb.page_size, &pb.page_token, &bound);
    violations.into_result()?;
    let db = ctx.db.read();
    let mut rows = store::appeal::list(db, &filter, page.after, page.limit()).await?;
    let next_page_token = page.next(&mut rows, |it| it.id);
    Ok(pb::ListAppealsResponse {
        appeals: rows.iter().map(|it| written(it, &caller)).collect(),
        next_page_token,
    })
}
