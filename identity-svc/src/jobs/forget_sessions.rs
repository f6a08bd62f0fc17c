//! Sessions that are over lose their tokens after a day and are forgotten after a month; old counts of throttles too.

use std::sync::Arc;
use std::time::Duration;

use chassis::Result;
use chassis::jobs::Job;
use jiff::SignedDuration;

use crate::domain::throttle::Count;
use crate::{Context, store};

const EVERY: Duration = Duration::from_secs(600);
/// So long a copied token that comes back still ends its family.
const TOKENS_KEPT: SignedDuration = SignedDuration::from_hours(24);
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

pub fn job(ctx: Arc<Context>) -> Job {
    Job::new("identity.forget_sessions", EVERY, move || {
        let ctx = ctx.clone();
        Box::pin(async move { run(&ctx).await })
    })
}

async fn run(ctx: &Context) -> Result<()> {
    let now = ctx.clock.now();
    let tx = ctx.db.begin().await?;
    store::session::forget_tokens(&tx, now - TOKENS_KEPT).await?;
    store::session::forget(&tx, now - KEPT).await?;
    store::throttle::forget_before(&tx, Count::forgotten(now)).await?;
    Ok(ctx.db.commit(tx).await?)
}
