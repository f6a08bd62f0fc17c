//! Publishes decisions that were marked, batch by batch, until none is left: what a publisher who was
//! cut off has not got to.

use std::sync::Arc;

use chassis::audit;
use chassis::error::Result;

use crate::store::{publication, task};
use crate::{Context, events};

/// How many decisions are published in one transaction.
const BATCH: i64 = 100;

pub async fn run(ctx: Arc<Context>) -> Result<()> {
    while batch(&ctx).await? {}
    Ok(())
}

/// False where nothing is left. Each decision is published by whoever holds its row, and once: the
/// row is not PENDING any more afterwards.
pub async fn batch(ctx: &Context) -> Result<bool> {
    let tx = ctx.db.begin().await?;
    let marked = publication::marked(&tx, BATCH).await?;
    let itself = ctx.itself();
    for id in &marked {
        let Some(mut kept) = task::lock(&tx, *id).await? else {
            continue;
        };
        if kept.task.publish() {
            task::save(&tx, &mut kept).await?;
            audit::record(
                &tx,
                &ctx.clock,
                &itself,
                "PublishDecision",
                &kept.name(),
                "",
            )
            .await?;
            events::tell_decision(ctx, &tx, &kept).await?;
        }
    }
    ctx.db.commit(tx).await?;
    Ok(!marked.is_empty())
}
