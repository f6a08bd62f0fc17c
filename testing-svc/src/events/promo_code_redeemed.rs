//! Told: a partner took a promo code.

use chassis::Result;
use chassis::database::Tx;
use proto::events::v1::PromoCodeRedeemed;

use super::{account_name, campaign_name};
use crate::Context;
use crate::domain::promo_code::PromoCode;
use crate::rpc::enums;

pub async fn promo_code_redeemed(ctx: &Context, tx: &Tx, code: &PromoCode) -> Result<()> {
    let event = PromoCodeRedeemed {
        promo_code: code.name(),
        campaign: campaign_name(&code.campaign),
        account: account_name(code.account),
        test_system: enums::test_system(code.test_system).into(),
    };
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &code.name(), &event).await
}
