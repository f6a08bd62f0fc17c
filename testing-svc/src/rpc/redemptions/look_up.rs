//! LookUpPromoCode: how a code stands, before anything is done with it.

use chassis::caller::Caller;
use chassis::clock::to_pb;
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::partner::v1 as pb;
use tonic::Request;

use super::guesses::Guesses;
use super::{Asked, find_code, in_scope, read};
use crate::Context;
use crate::domain::promo_code::PromoCode;
use crate::rpc::enums;

/// What the audit names where no code was found: nothing that was typed is kept.
const NO_CODE: &str = "promoCodes/-";

pub async fn look_up(
    ctx: &Context,
    guesses: &Guesses,
    request: Request<pb::LookUpPromoCodeRequest>,
) -> Result<pb::LookUpPromoCodeResponse> {
    let caller = Caller::of(&request);
    let partner = caller.partner()?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let asked = read(ctx, &mut violations, &pb.code, &pb.iin, pb.test_system);
    let Some(asked) = asked else {
        return Err(violations.into());
    };
    in_scope(ctx, partner, asked.system)?;
    let now = ctx.clock.now();
    guesses.allow(partner, now)?;
    let found = shared(ctx, &caller, &asked).await;
    guesses.count(partner, now, &found);
    let code = found?;
    Ok(pb::LookUpPromoCodeResponse {
        status: enums::code_status(code.standing_at(now)).into(),
        expire_time: Some(to_pb(code.expires)),
    })
}

/// The code, with an audit row of the look, also of one that was refused.
async fn shared(ctx: &Context, caller: &Caller, asked: &Asked) -> Result<PromoCode> {
    let tx = ctx.db.begin().await?;
    let found = find_code(&tx, asked).await;
    let (name, detail) = match &found {
        Ok(code) => (code.name(), code.standing_at(ctx.clock.now()).as_str()),
        Err(Error::Refused(refusal)) => (NO_CODE.to_owned(), refusal.reason()),
        Err(_) => return found,
    };
    audit::record(&tx, &ctx.clock, caller, "LookUpPromoCode", &name, detail).await?;
    ctx.db.commit(tx).await?;
    found
}
