//! Tells that the term of a task passed without a decision. It decides nothing.

use chassis::clock::to_pb;
use chassis::database::Tx;
use chassis::error::Result;
use proto::events::v1::ReviewOverdue;

use crate::Context;
use crate::store::task::Kept;

pub async fn publish(ctx: &Context, tx: &Tx, kept: &Kept) -> Result<()> {
    let event = ReviewOverdue {
        application: kept.application.clone(),
        review_task: kept.name(),
        due_time: kept.task.term.map(|term| to_pb(term.due_time)),
    };
    super::publish(ctx, tx, kept, event).await
}
