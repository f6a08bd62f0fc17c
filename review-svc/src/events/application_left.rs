//! An application left the selection, in one of three ways: withdrawn, disqualified, set aside as
//! erroneous. What is not decided is closed with it; what is decided stays.

use std::sync::Arc;

use chassis::audit;
use chassis::bus::{Event, Subscriber, first_time};
use chassis::database::Tx;
use chassis::error::Result;
use prost::{Message, Name};
use proto::events::v1::{
    ApplicationDisqualified, ApplicationMarkedErroneous, ApplicationWithdrawn,
};

use crate::Context;
use crate::domain::task::{Done, WithdrawCause};
use crate::store::task;

pub fn subscribers(ctx: &Arc<Context>) -> [Subscriber; 3] {
    [
        subscriber(
            ctx,
            "review-svc.application-withdrawn",
            WithdrawCause::Withdrawn,
            |event: &ApplicationWithdrawn| &event.application,
        ),
        subscriber(
            ctx,
            "review-svc.application-disqualified",
            WithdrawCause::Disqualified,
            |event: &ApplicationDisqualified| &event.application,
        ),
        subscriber(
            ctx,
            "review-svc.application-marked-erroneous",
            WithdrawCause::Erroneous,
            |event: &ApplicationMarkedErroneous| &event.application,
        ),
    ]
}

fn subscriber<M>(
    ctx: &Arc<Context>,
    name: &'static str,
    cause: WithdrawCause,
    application: fn(&M) -> &String,
) -> Subscriber
where
    M: Message + Name + Default + 'static,
{
    let ctx = ctx.clone();
    Subscriber::to(name, move |event: Event, payload: M| {
        let ctx = ctx.clone();
        Box::pin(async move {
            let tx = ctx.db.begin().await?;
            if !first_time(&tx, &ctx.clock, name, &event).await? {
                return Ok(());
            }
            close(&ctx, &tx, application(&payload), cause).await?;
            Ok(ctx.db.commit(tx).await?)
        })
    })
}

/// Ends the tasks of an application as far as they are not decided.
async fn close(ctx: &Context, tx: &Tx, application: &str, cause: WithdrawCause) -> Result<()> {
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
