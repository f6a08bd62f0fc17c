//! ApplicationExpired: the window left a draft behind.

use chassis::database::Tx;
use chassis::{Result, outbox};
use proto::events::v1::ApplicationExpired;

use crate::Context;
use crate::store::application::Kept;

pub async fn tell(ctx: &Context, tx: &Tx, kept: &Kept) -> Result<()> {
    let event = ApplicationExpired {
        application: kept.name(),
        campaign: kept.campaign_name(),
        account: kept.applicant(),
    };
    outbox::publish(tx, &ctx.clock, &ctx.ids, &kept.name(), &event).await
}
