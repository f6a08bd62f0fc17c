//! ApplicationExpiring: the window of a draft closes soon.

use chassis::clock::to_pb;
use chassis::database::Tx;
use chassis::{Result, outbox};
use jiff::Timestamp;
use proto::events::v1::ApplicationExpiring;

use crate::Context;
use crate::store::application::Kept;

pub async fn tell(ctx: &Context, tx: &Tx, kept: &Kept, close: Timestamp) -> Result<()> {
    let event = ApplicationExpiring {
        application: kept.name(),
        campaign: kept.campaign_name(),
        account: kept.applicant(),
        close_time: Some(to_pb(close)),
    };
    outbox::publish(tx, &ctx.clock, &ctx.ids, &kept.name(), &event).await
}
