//! Tells an expert that somebody gave them a task.

use chassis::clock::to_pb;
use chassis::database::Tx;
use chassis::error::Result;
use proto::events::v1::ReviewTaskAssigned;

use crate::Context;
use crate::store::task::Kept;

pub async fn publish(ctx: &Context, tx: &Tx, kept: &Kept, expert: &str) -> Result<()> {
    let event = ReviewTaskAssigned {
        review_task: kept.name(),
        expert: expert.to_owned(),
        due_time: kept.task.running_term().map(|term| to_pb(term.due_time)),
    };
    super::publish(ctx, tx, kept, event).await
}
