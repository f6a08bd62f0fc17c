//! Changes of address that ran out forget the new address, and are forgotten a day later.

use std::sync::Arc;
use std::time::Duration;

use chassis::Result;
use chassis::jobs::Job;
use jiff::SignedDuration;

use crate::{Context, store};

const EVERY: Duration = Duration::from_secs(60);
const KEPT: SignedDuration = SignedDuration::from_hours(24);

pub fn job(ctx: Arc<Context>) -> Job {
    Job::new("identity.forget_email_changes", EVERY, move || {
        let ctx = ctx.clone();
        Box::pin(async move { run(&ctx).await })
    })
}

async fn run(ctx: &Context) -> Result<()> {
    let now = ctx.clock.now();
    let tx = ctx.db.begin().await?;
    store::email_change::expire(&tx, now).await?;
    store::email_change::forget(&tx, now - KEPT).await?;
    Ok(ctx.db.commit(tx).await?)
}
