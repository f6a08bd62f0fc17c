//! Tells once of each task whose term has passed. It never decides: there is no silent consent.

use std::sync::Arc;

use chassis::error::Result;
use chassis::{audit, telemetry};

use super::BATCH;
use crate::store::{queue, task};
use crate::{Context, NAME, events};

pub async fn run(ctx: Arc<Context>) -> Result<()> {
    loop {
        let late = queue::to_tell_overdue(ctx.db.read(), ctx.clock.now(), BATCH).await?;
        if late.is_empty() {
            break;
        }
        for id in late {
            tell(&ctx, id).await?;
        }
    }
    let (waiting, overdue) = queue::waiting(ctx.db.read(), ctx.clock.now()).await?;
    telemetry::level(NAME, "review_tasks", waiting);
    telemetry::level(NAME, "overdue_review_tasks", overdue);
    Ok(())
}

async fn tell(ctx: &Context, id: uuid::Uuid) -> Result<()> {
    let tx = ctx.db.begin().await?;
    if !task::mark_overdue(&tx, id, ctx.clock.now()).await? {
        return Ok(());
    }
    let Some(kept) = task::find(&tx, id).await? else {
        return Ok(());
    };
    audit::record(
        &tx,
        &ctx.clock,
        &ctx.itself(),
        "TellOverdue",
        &kept.name(),
        "",
    )
    .await?;
    events::review_overdue::publish(ctx, &tx, &kept).await?;
    Ok(ctx.db.commit(tx).await?)
}
