//! Registration attempts that ran out forget the person, and are forgotten a day later.

use std::sync::Arc;
use std::time::Duration;

use chassis::Result;
use chassis::jobs::Job;
use jiff::SignedDuration;

use crate::{Context, store};

const EVERY: Duration = Duration::from_secs(60);
const KEPT: SignedDuration = SignedDuration::from_hours(24);

pub fn job(ctx: Arc<Context>) -> Job {
    Job::new("identity.expire_attempts", EVERY, move || {
        let ctx = ctx.clone();
        Box::pin(async move { run(&ctx).await })
    })
}

async fn run(ctx: &Context) -> Result<()> {
    let now = ctx.clock.now();
    let tx = ctx.db.begin().await?;
    let expired = store::registration::expire(&tx, now).await?;
    let forgotten = store::registration::forget(&tx, now - KEPT).await?;
    ctx.db.commit(tx).await?;
    if expired + forgotten > 0 {
        tracing::info!(expired, forgotten, "registration attempts ran out");
    }
    Ok(())
}
