//! Lists the acts of the caller's organisation, the newest first.

use chassis::Result;
use chassis::caller::Caller;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::store::board_action;

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListBoardActionsRequest>,
) -> Result<pb::ListBoardActionsResponse> {
    let organisation = Caller::of(&request).signatory()?.organisation;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let filter = [organisation.to_string()];
    let filter = filter.each_ref().map(String::as_str);
    let page = Page::<String>::parse(&mut violations, pb.page_size, &pb.page_token, &filter);
    violations.into_result()?;
    let before = page.after.clone();
    let mut found = board_action::list(ctx.db.read(), organisation, before, page.limit()).await?;
    let next_page_token = page.next(&mut found, |action| action.id.clone());
    let now = ctx.clock.now();
    Ok(pb::ListBoardActionsResponse {
        board_actions: found.iter().map(|it| message::of(it, now)).collect(),
        next_page_token,
    })
}
