//! Told: the result of a language test is here; it is read by its name.

use chassis::Result;
use chassis::database::Tx;
use proto::events::v1::LanguageResultReceived;

use super::{account_name, campaign_name};
use crate::Context;
use crate::domain::language_result::Outcome;
use crate::domain::promo_code::PromoCode;
use crate::rpc::enums;

pub async fn language_result_received(
    ctx: &Context,
    tx: &Tx,
    code: &PromoCode,
    outcome: &Outcome,
) -> Result<()> {
    let event = LanguageResultReceived {
        language_result: code.result_name(),
        campaign: campaign_name(&code.campaign),
        account: account_name(code.account),
        outcome: enums::outcome(outcome).into(),
    };
    // About the code: redeemed comes before its result.
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &code.name(), &event).await
}
