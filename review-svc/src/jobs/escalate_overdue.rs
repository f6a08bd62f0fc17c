//! Tells a campaign manager once of each task that is late for longer than the policy of its campaign
//! waits. It never decides.

use std::sync::Arc;

use chassis::audit;
use chassis::error::Result;
use jiff::SignedDuration;
use uuid::Uuid;

use super::BATCH;
use crate::store::{queue, task};
use crate::{Context, events};

pub async fn run(ctx: Arc<Context>) -> Result<()> {
    let hours = ctx.config.policy().escalate_after_hours;
    loop {
        let late = queue::to_escalate(ctx.db.read(), ctx.clock.now(), hours, BATCH).await?;
        if late.is_empty() {
            return Ok(());
        }
        for (id, hours) in late {
            escalate(&ctx, id, hours).await?;
        }
    }
}

async fn escalate(ctx: &Context, id: Uuid, hours: u32) -> Result<()> {
    let tx = ctx.db.begin().await?;
    let now = ctx.clock.now();
    let wait = SignedDuration::from_hours(i64::from(hours));
    if !task::mark_escalated(&tx, id, now - wait, now).await? {
        return Ok(());
    }
    let Some(kept) = task::find(&tx, id).await? else {
        return Ok(());
    };
    let (itself, name) = (ctx.itself(), kept.name());
    audit::record(&tx, &ctx.clock, &itself, "EscalateReview", &name, "").await?;
    events::review_escalated::publish(ctx, &tx, &kept).await?;
    Ok(ctx.db.commit(tx).await?)
}
