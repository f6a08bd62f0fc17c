//! Tells that a review is so late that a campaign manager must look at it. It decides nothing.

use chassis::clock::to_pb;
use chassis::database::Tx;
use chassis::error::Result;
use proto::events::v1::ReviewEscalated;

use crate::Context;
use crate::store::task::Kept;

pub async fn publish(ctx: &Context, tx: &Tx, kept: &Kept) -> Result<()> {
    let event = ReviewEscalated {
        application: kept.application.clone(),
        campaign: kept.campaign.clone(),
        review_task: kept.name(),
        due_time: kept.task.running_term().map(|term| to_pb(term.due_time)),
    };
    super::publish(ctx, tx, kept, event).await
}
