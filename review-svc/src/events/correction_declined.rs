//! Tells that the expert does not give the application back.

use chassis::database::Tx;
use chassis::error::Result;
use proto::events::v1::CorrectionDeclined;

use crate::Context;
use crate::store::task::Kept;

pub async fn publish(ctx: &Context, tx: &Tx, kept: &Kept) -> Result<()> {
    let event = CorrectionDeclined {
        application: kept.application.clone(),
        submission: kept.submission.clone(),
        campaign: kept.campaign.clone(),
        account: kept.task.applicant.clone(),
        review_task: kept.name(),
    };
    super::publish(ctx, tx, kept, event).await
}
