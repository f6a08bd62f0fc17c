//! Told: a person appeals against a result.

use chassis::Result;
use chassis::database::Tx;
use proto::events::v1::AppealFiled;

use super::{account_name, campaign_name};
use crate::Context;
use crate::domain::appeal::Appeal;
use crate::domain::stage_result;

pub async fn appeal_filed(ctx: &Context, tx: &Tx, appeal: &Appeal) -> Result<()> {
    let event = AppealFiled {
        appeal: appeal.name(),
        stage_result: stage_result::name(&appeal.campaign, appeal.stage, appeal.result),
        campaign: campaign_name(&appeal.campaign),
        account: account_name(appeal.account),
    };
    // About the result: published comes before disputed.
    let about = event.stage_result.clone();
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &about, &event).await
}
