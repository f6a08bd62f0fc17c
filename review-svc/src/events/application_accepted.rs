//! Tells that an expert accepted an application.

use chassis::clock::to_pb;
use chassis::database::Tx;
use chassis::error::Result;
use jiff::Timestamp;
use proto::events::v1::ApplicationAccepted;

use crate::Context;
use crate::store::task::Kept;

pub async fn publish(ctx: &Context, tx: &Tx, kept: &Kept, decide_time: Timestamp) -> Result<()> {
    let event = ApplicationAccepted {
        application: kept.application.clone(),
        submission: kept.submission.clone(),
        campaign: kept.campaign.clone(),
        account: kept.task.applicant.clone(),
        review_task: kept.name(),
        decide_time: Some(to_pb(decide_time)),
    };
    super::publish(ctx, tx, kept, event).await
}
