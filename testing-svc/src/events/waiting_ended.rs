//! Told: the results of a stage are out while somebody still waited for a seat of it.

use chassis::Result;
use chassis::database::Tx;
use proto::events::v1::WaitingEnded;

use super::{account_name, campaign_name};
use crate::Context;
use crate::domain::stage::Stage;
use crate::domain::waitlist::Entry;
use crate::rpc::enums;

pub async fn waiting_ended(ctx: &Context, tx: &Tx, stage: &Stage, entry: &Entry) -> Result<()> {
    let event = WaitingEnded {
        waitlist_entry: entry.name(),
        stage: stage.name(),
        campaign: campaign_name(&entry.campaign),
        account: account_name(entry.account),
        stage_title: Some(enums::localized(&stage.title)),
    };
    // About the place, as what was offered to it.
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &entry.name(), &event).await
}
