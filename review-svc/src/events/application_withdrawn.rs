//! A withdrawal closes what is not decided yet.

use std::sync::Arc;

use chassis::audit;
use chassis::bus::{Event, Subscriber, first_time};
use chassis::database::Tx;
use chassis::error::Result;
use proto::events::v1::ApplicationWithdrawn;

use crate::Context;
use crate::domain::task::{Done, WithdrawCause};
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
    close(ctx, &tx, &payload.application, WithdrawCause::Withdrawn).await?;
    Ok(ctx.db.commit(tx).await?)
}

/// Ends the tasks of an application as far as they are not decided.
pub async fn close(ctx: &Context, tx: &Tx, application: &str, cause: WithdrawCause) -> Result<()> {
    let itself = ctx.itself();
    for found in task::of_application(tx, application).await? {
        let Some(mut kept) = task::lock(tx, found.id).await? else {
            continue;
        };
        if kept.task.withdraw(ctx.clock.now(), cause) == Done::Now {
            task::save(tx, &mut kept).await?;
            let (name, detail) = (kept.name(), cause.code());
            audit::record(tx, &ctx.clock, &itself, "WithdrawReviewTask", &name, detail).await?;
        }
    }
    Ok(())
}
