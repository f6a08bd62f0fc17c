//! Tells that an expert took a submission up: once per task, with its first claim.

use chassis::clock::to_pb;
use chassis::database::Tx;
use chassis::error::Result;
use proto::events::v1::ReviewStarted;

use crate::Context;
use crate::store::task::Kept;

pub async fn publish(ctx: &Context, tx: &Tx, kept: &Kept) -> Result<()> {
    let event = ReviewStarted {
        application: kept.application.clone(),
        submission: kept.submission.clone(),
        campaign: kept.campaign.clone(),
        account: kept.task.applicant.clone(),
        review_task: kept.name(),
        due_time: kept.task.term.map(|term| to_pb(term.due_time)),
    };
    super::publish(ctx, tx, kept, event).await
}
