//! Taken: a submission says in which direction its person competes. The acceptance of the same
//! submission comes from another service, before or after it.

use std::sync::Arc;

use anyhow::anyhow;
use chassis::bus::{Event, Subscriber, first_time};
use chassis::{Error, Result};
use proto::events::v1::ApplicationSubmitted;

use crate::domain::eligibility::LONGEST_DIRECTION;
use crate::{Context, store};

const NAME: &str = "testing-svc.keep-direction";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, submitted| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, &submitted).await })
    })
}

async fn take(ctx: &Context, event: &Event, submitted: &ApplicationSubmitted) -> Result<()> {
    let (submission, direction) = (&submitted.submission, &submitted.direction);
    if submission.is_empty() || direction.len() > LONGEST_DIRECTION {
        return Err(Error::Internal(anyhow!("an event names no submission")));
    }
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, NAME, event).await? {
        return Ok(());
    }
    store::eligibility::keep_direction(&tx, submission, direction).await?;
    Ok(ctx.db.commit(tx).await?)
}
