//! A withdrawal closes what is not decided yet.

use std::sync::Arc;

use chassis::audit;
use chassis::bus::{Event, Subscriber, first_time};
use chassis::error::Result;
use proto::events::v1::ApplicationWithdrawn;

use crate::Context;
use crate::domain::task::Done;
use crate::store::task;

const NAME: &str = "review-svc.application-withdrawn";

pub fn subscriber(ctx: &Arc<Context>) -> Subscriber {
    let ctx = ctx.clone();
    Subscriber::to(NAME, move |event, payload: ApplicationWithdrawn| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, payload).await })
    })
}

async fn take(ctx: &Context, event: &Event, payload: ApplicationWithdrawn) -> Result<()> {
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, NAME, event).await? {
        return Ok(());
    }
    let itself = ctx.itself();
    for found in task::of_application(&tx, &payload.application).await? {
        let Some(mut kept) = task::lock(&tx, found.id).await? else {
            continue;
        };
        if kept.task.withdraw(ctx.clock.now()) == Done::Now {
            task::save(&tx, &mut kept).await?;
            let name = kept.name();
            audit::record(&tx, &ctx.clock, &itself, "WithdrawReviewTask", &name, "").await?;
        }
    }
    Ok(ctx.db.commit(tx).await?)
}
