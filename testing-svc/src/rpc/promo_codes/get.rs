//! GetPromoCode: to its owner and nobody else.

use chassis::caller::Caller;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::{explained, written};
use crate::rpc::parse;
use crate::{Context, store};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetPromoCodeRequest>,
) -> Result<pb::PromoCode> {
    let account = Caller::of(&request).person()?.account;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "name", parse::PROMO_CODE, &pb.name);
    let Some((campaign, id)) = name else {
        return Err(violations.into());
    };
    let code = store::promo_code::find(ctx.db.read(), id)
        .await?
        .filter(|code| code.account == account && code.campaign == campaign)
        .ok_or(Error::NotFound(pb.name))?;
    Ok(explained(written(&code, ctx.clock.now())))
}
