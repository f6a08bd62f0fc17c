//! Told: a promo code was issued.

use chassis::Result;
use chassis::clock::to_pb;
use chassis::database::Tx;
use proto::events::v1::PromoCodeIssued;

use super::{account_name, campaign_name};
use crate::Context;
use crate::domain::promo_code::PromoCode;
use crate::rpc::enums;

pub async fn promo_code_issued(ctx: &Context, tx: &Tx, code: &PromoCode) -> Result<()> {
    let event = PromoCodeIssued {
        promo_code: code.name(),
        campaign: campaign_name(&code.campaign),
        account: account_name(code.account),
        test_system: enums::test_system(code.test_system).into(),
        expire_time: Some(to_pb(code.expires)),
    };
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &code.name(), &event).await
}
