//! ListPromoCodes: one's own, newest first.

use chassis::Result;
use chassis::caller::Caller;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::{explained, written};
use crate::rpc::parse;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListPromoCodesRequest>,
) -> Result<pb::ListPromoCodesResponse> {
    let account = Caller::of(&request).person()?.account;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let campaign = parse::any_campaign(&mut violations, &pb.parent);
    let filter = [&account.to_string(), pb.parent.as_str()];
    let page = Page::<Uuid>::parse(&mut violations, pb.page_size, &pb.page_token, &filter);
    let (Some(campaign), true) = (campaign, violations.is_empty()) else {
        return Err(violations.into());
    };
    let db = ctx.db.read();
    let mut rows =
        store::promo_code::list(db, account, campaign.as_deref(), page.after, page.limit()).await?;
    let next_page_token = page.next(&mut rows, |code| code.id);
    let now = ctx.clock.now();
    Ok(pb::ListPromoCodesResponse {
        promo_codes: rows
            .iter()
            .map(|code| explained(written(code, now)))
            .collect(),
        next_page_token,
    })
}
