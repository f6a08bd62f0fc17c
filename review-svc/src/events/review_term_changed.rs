//! Tells that the end of a term moved, that the term stands still, or that it runs again.

use chassis::clock::to_pb;
use chassis::database::Tx;
use chassis::error::Result;
use proto::events::v1::ReviewTermChanged;

use crate::Context;
use crate::store::task::Kept;

pub async fn publish(ctx: &Context, tx: &Tx, kept: &Kept) -> Result<()> {
    let event = ReviewTermChanged {
        application: kept.application.clone(),
        submission: kept.submission.clone(),
        campaign: kept.campaign.clone(),
        account: kept.task.applicant.clone(),
        review_task: kept.name(),
        due_time: kept.task.running_term().map(|term| to_pb(term.due_time)),
        paused: kept.task.pause.is_some(),
    };
    super::publish(ctx, tx, kept, event).await
}
