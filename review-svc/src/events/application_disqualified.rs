//! Whoever is out of the selection is not reviewed any more; what is decided stays.

use std::sync::Arc;

use chassis::bus::{Event, Subscriber, first_time};
use chassis::error::Result;
use proto::events::v1::ApplicationDisqualified;

use super::application_withdrawn::close;
use crate::Context;
use crate::domain::task::WithdrawCause;

const NAME: &str = "review-svc.application-disqualified";

pub fn subscriber(ctx: &Arc<Context>) -> Subscriber {
    let ctx = ctx.clone();
    Subscriber::to(NAME, move |event, payload: ApplicationDisqualified| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, payload).await })
    })
}

async fn take(ctx: &Context, event: &Event, payload: ApplicationDisqualified) -> Result<()> {
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, NAME, event).await? {
        return Ok(());
    }
    close(ctx, &tx, &payload.application, WithdrawCause::Disqualified).await?;
    Ok(ctx.db.commit(tx).await?)
}
