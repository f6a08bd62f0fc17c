//! Tells that an expert asked for corrections, of which sections, and until when. What the expert
//! wrote stays in the task.

use chassis::clock::to_pb;
use chassis::database::Tx;
use chassis::error::Result;
use jiff::Timestamp;
use proto::events::v1::{AskedCorrection, CorrectionAsked};

use crate::Context;
use crate::domain::decision::CorrectionItem;
use crate::rpc::review_tasks::to_pb::correction_kind;
use crate::store::task::Kept;

pub async fn publish(
    ctx: &Context,
    tx: &Tx,
    kept: &Kept,
    ask_time: Timestamp,
    items: &[CorrectionItem],
    correction_due_time: Timestamp,
) -> Result<()> {
    let item = |item: &CorrectionItem| AskedCorrection {
        section: item.section.clone(),
        kind: correction_kind(item.kind).into(),
    };
    let event = CorrectionAsked {
        application: kept.application.clone(),
        submission: kept.submission.clone(),
        campaign: kept.campaign.clone(),
        account: kept.task.applicant.clone(),
        review_task: kept.name(),
        items: items.iter().map(item).collect(),
        correction_due_time: Some(to_pb(correction_due_time)),
        ask_time: Some(to_pb(ask_time)),
    };
    super::publish(ctx, tx, kept, event).await
}
