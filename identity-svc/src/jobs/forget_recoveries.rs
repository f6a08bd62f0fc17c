//! Recoveries that ended are forgotten a day later.

use std::sync::Arc;
use std::time::Duration;

use chassis::Result;
use chassis::jobs::Job;
use jiff::SignedDuration;

use crate::{Context, store};

const EVERY: Duration = Duration::from_secs(3600);
const KEPT: SignedDuration = SignedDuration::from_hours(24);

pub fn job(ctx: Arc<Context>) -> Job {
    Job::new("identity.forget_recoveries", EVERY, move || {
        let ctx = ctx.clone();
        Box::pin(async move { run(&ctx).await })
    })
}

async fn run(ctx: &Context) -> Result<()> {
    let tx = ctx.db.begin().await?;
    store::recovery::forget(&tx, ctx.clock.now() - KEPT).await?;
    Ok(ctx.db.commit(tx).await?)
}
