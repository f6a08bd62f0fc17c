//! Tells that an expert rejected an application, and by which reasons. What the expert wrote about
//! a person stays in the task.

use chassis::clock::to_pb;
use chassis::database::Tx;
use chassis::error::Result;
use jiff::Timestamp;
use proto::events::v1::ApplicationRejected;

use crate::Context;
use crate::domain::decision::Reason;
use crate::store::task::Kept;

pub async fn publish(
    ctx: &Context,
    tx: &Tx,
    kept: &Kept,
    decide_time: Timestamp,
    reasons: &[Reason],
) -> Result<()> {
    let event = ApplicationRejected {
        application: kept.application.clone(),
        submission: kept.submission.clone(),
        campaign: kept.campaign.clone(),
        account: kept.task.applicant.clone(),
        review_task: kept.name(),
        decide_time: Some(to_pb(decide_time)),
        reason_codes: reasons.iter().map(|reason| reason.code.clone()).collect(),
    };
    super::publish(ctx, tx, kept, event).await
}
