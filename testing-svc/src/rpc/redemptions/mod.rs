//! Redemptions: what partners call. The client certificate names the partner, the list of
//! partners says for which test systems it may ask.

mod cancel;
mod get;
mod guesses;
mod look_up;
mod redeem;
mod report;
mod reserve;
mod roll_back;

use std::sync::Arc;

use chassis::caller::Caller;
use chassis::clock::to_pb;
use chassis::database::Tx;
use chassis::identifier::Iin;
use chassis::violation::Violations;
use chassis::{Error, audit};
use jiff::Timestamp;
use proto::partner::v1 as pb;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{enums, parse};
use crate::domain::code::Code;
use crate::domain::iin_index::IinIndex;
use crate::domain::promo_code::PromoCode;
use crate::domain::redemption::{Redemption, State};
use crate::domain::refusal::PartnerRefusal;
use crate::domain::test_system::TestSystem;
use crate::{Context, store};
use guesses::Guesses;

#[derive(Clone)]
pub struct Redemptions {
    ctx: Arc<Context>,
    guesses: Arc<Guesses>,
}

impl Redemptions {
    pub fn new(ctx: Arc<Context>) -> Self {
        let guesses = Arc::new(Guesses::new(ctx.config.refused_codes));
        Self { ctx, guesses }
    }
}

#[async_trait::async_trait]
impl pb::redemptions_server::Redemptions for Redemptions {
    async fn look_up_promo_code(
        &self,
        request: Request<pb::LookUpPromoCodeRequest>,
    ) -> Result<Response<pb::LookUpPromoCodeResponse>, Status> {
        let answer = look_up::look_up(&self.ctx, &self.guesses, request).await?;
        Ok(Response::new(answer))
    }

    async fn reserve_promo_code(
        &self,
        request: Request<pb::ReservePromoCodeRequest>,
    ) -> Result<Response<pb::Redemption>, Status> {
        let answer = reserve::reserve(&self.ctx, &self.guesses, request).await?;
        Ok(Response::new(answer))
    }

    async fn cancel_reservation(
        &self,
        request: Request<pb::CancelReservationRequest>,
    ) -> Result<Response<pb::Redemption>, Status> {
        Ok(Response::new(cancel::cancel(&self.ctx, request).await?))
    }

    async fn redeem_promo_code(
        &self,
        request: Request<pb::RedeemPromoCodeRequest>,
    ) -> Result<Response<pb::Redemption>, Status> {
        Ok(Response::new(redeem::redeem(&self.ctx, request).await?))
    }

    async fn roll_back_redemption(
        &self,
        request: Request<pb::RollBackRedemptionRequest>,
    ) -> Result<Response<pb::Redemption>, Status> {
        let answer = roll_back::roll_back(&self.ctx, request).await?;
        Ok(Response::new(answer))
    }

    async fn report_result(
        &self,
        request: Request<pb::ReportResultRequest>,
    ) -> Result<Response<pb::Redemption>, Status> {
        Ok(Response::new(report::report(&self.ctx, request).await?))
    }

    async fn get_redemption(
        &self,
        request: Request<pb::GetRedemptionRequest>,
    ) -> Result<Response<pb::Redemption>, Status> {
        Ok(Response::new(get::get(&self.ctx, request).await?))
    }
}

/// What a partner asks about: a code as typed, by whom, for which test.
struct Asked {
    code: Code,
    iin: IinIndex,
    system: TestSystem,
}

/// Reads the three; what is wrong with each is noted.
fn read(
    ctx: &Context,
    violations: &mut Violations,
    code: &str,
    iin: &str,
    system: i32,
) -> Option<Asked> {
    let needed = |text: &str| {
        if text.trim().is_empty() {
            Err("REQUIRED")
        } else {
            Ok(())
        }
    };
    let code = violations.take("code", needed(code).and_then(|()| Code::parse(code)));
    let iin = violations.take("iin", needed(iin).and_then(|()| read_iin(iin)));
    let system = parse::word(violations, "test_system", system, enums::from_test_system);
    Some(Asked {
        code: code?,
        iin: ctx.config.iin_key.index(&iin?),
        system: system?,
    })
}

/// Twelve signs that are no digits are a slip of another kind than eleven digits.
fn read_iin(text: &str) -> Result<Iin, &'static str> {
    Iin::parse(text).map_err(|reason| match reason {
        "IIN_LENGTH" if text.trim().chars().count() == 12 => "IIN_NOT_DIGITS",
        other => other,
    })
}

/// Whether the partner may ask about this system at all. Known before any code is looked at, so
/// it tells nothing about codes.
fn in_scope(ctx: &Context, partner: &str, system: TestSystem) -> chassis::Result<()> {
    if ctx.config.partners.may(partner, system) {
        Ok(())
    } else {
        Err(Error::Denied)
    }
}

/// The code, locked, if it is of this person and system; the same refusal whatever is wrong.
async fn find_code(tx: &Tx, asked: &Asked) -> chassis::Result<PromoCode> {
    let found = store::promo_code::by_code(tx, &asked.code).await?;
    let id = found
        .filter(|code| code.is_of(&asked.iin, asked.system).is_ok())
        .ok_or(PartnerRefusal::CodeNotAccepted)?
        .id;
    let code = store::promo_code::lock(tx, id).await?;
    Ok(code.ok_or(PartnerRefusal::CodeNotAccepted)?)
}

/// A redemption of the partner's own with its code, both locked: the code first.
async fn locked(
    ctx: &Context,
    tx: &Tx,
    caller: &Caller,
    id: Uuid,
) -> chassis::Result<(PromoCode, Redemption)> {
    let partner = caller.partner()?;
    let seen = own(ctx, partner, id, store::redemption::find(tx, id).await?)?;
    let code = store::promo_code::lock(tx, seen.promo_code).await?;
    let redemption = store::redemption::find(tx, id).await?;
    match (code, redemption) {
        (Some(code), Some(redemption)) => Ok((code, redemption)),
        _ => Err(Error::NotFound(seen.name())),
    }
}

/// The redemption, if it is this partner's and the partner still has the scope.
fn own(
    ctx: &Context,
    partner: &str,
    id: Uuid,
    found: Option<Redemption>,
) -> chassis::Result<Redemption> {
    if !ctx.config.partners.knows(partner) {
        return Err(Error::Denied);
    }
    let found = found
        .filter(|it| it.partner == partner)
        .ok_or_else(|| Error::NotFound(format!("redemptions/{id}")))?;
    in_scope(ctx, partner, found.test_system)?;
    Ok(found)
}

/// Saves both with the audit row of the change.
async fn save(
    ctx: &Context,
    tx: &Tx,
    caller: &Caller,
    action: &str,
    (code, redemption): (&PromoCode, &Redemption),
) -> chassis::Result<()> {
    store::redemption::save(tx, redemption).await?;
    store::promo_code::save(tx, code).await?;
    audit_access(ctx, tx, caller, action, code, redemption).await
}

/// Whatever a partner learns of a person's code is written down.
async fn audit_access(
    ctx: &Context,
    tx: &Tx,
    caller: &Caller,
    action: &str,
    code: &PromoCode,
    redemption: &Redemption,
) -> chassis::Result<()> {
    let step = redemption.step_at(ctx.clock.now()).as_str();
    let detail = format!("{} {step}", redemption.name());
    audit::record(tx, &ctx.clock, caller, action, &code.name(), &detail).await?;
    Ok(())
}

fn written(redemption: &Redemption, now: Timestamp) -> pb::Redemption {
    let mut answer = pb::Redemption {
        name: redemption.name(),
        test_system: enums::test_system(redemption.test_system).into(),
        state: enums::step(redemption.step_at(now)).into(),
        create_time: Some(to_pb(redemption.created)),
        partner_reference: redemption.partner_reference.clone(),
        ..pb::Redemption::default()
    };
    match redemption.state {
        State::Reserved { until } => answer.reservation_expire_time = Some(to_pb(until)),
        State::Cancelled | State::Lapsed => {}
        State::Redeemed { at } => answer.redeem_time = Some(to_pb(at)),
        State::RolledBack { redeemed, at, .. } => {
            answer.redeem_time = Some(to_pb(redeemed));
            answer.rollback_time = Some(to_pb(at));
        }
        State::ResultReported { redeemed, at } => {
            answer.redeem_time = Some(to_pb(redeemed));
            answer.report_time = Some(to_pb(at));
        }
    }
    answer
}
