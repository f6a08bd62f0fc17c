//! Told: the decision on an appeal is out.

use chassis::Result;
use chassis::database::Tx;
use proto::events::v1::AppealDecided;

use super::{account_name, campaign_name};
use crate::Context;
use crate::domain::appeal::Appeal;
use crate::domain::stage_result;

pub async fn appeal_decided(ctx: &Context, tx: &Tx, appeal: &Appeal, granted: bool) -> Result<()> {
    let event = AppealDecided {
        appeal: appeal.name(),
        stage_result: stage_result::name(&appeal.campaign, appeal.stage, appeal.result),
        campaign: campaign_name(&appeal.campaign),
        account: account_name(appeal.account),
        granted,
        advanced: appeal.advanced,
    };
    // About the result: filed comes before decided.
    let about = event.stage_result.clone();
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &about, &event).await
}
