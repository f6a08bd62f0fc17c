//! Answers to request ids are kept for a week: a client that retries later starts anew.

use std::sync::Arc;
use std::time::Duration;

use chassis::Result;
use chassis::jobs::Job;
use jiff::SignedDuration;

use crate::Context;

const EVERY: Duration = Duration::from_secs(3600);
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

pub fn job(ctx: Arc<Context>) -> Job {
    Job::new("identity.forget_answers", EVERY, move || {
        let ctx = ctx.clone();
        Box::pin(async move { run(&ctx).await })
    })
}

async fn run(ctx: &Context) -> Result<()> {
    chassis::once::forget(&ctx.db, ctx.clock.now() - KEPT).await?;
    Ok(())
}
