//! Told: a campaign takes applications in another time than before.

use chassis::clock::to_pb;
use chassis::database::Tx;
use chassis::{Result, outbox};
use proto::events::v1::CampaignWindowChanged;

use crate::Context;
use crate::store::campaign::Kept;

pub async fn tell(ctx: &Context, tx: &Tx, kept: &Kept) -> Result<()> {
    let event = CampaignWindowChanged {
        campaign: kept.campaign.name.clone(),
        open_time: Some(to_pb(kept.campaign.window.open)),
        close_time: Some(to_pb(kept.campaign.window.close)),
        version: kept.version,
    };
    outbox::publish(tx, &ctx.clock, &ctx.ids, &kept.campaign.name, &event).await
}
