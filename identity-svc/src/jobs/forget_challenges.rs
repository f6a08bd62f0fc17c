//! Challenges to sign that are over are forgotten a day later.

use std::sync::Arc;
use std::time::Duration;

use chassis::Result;
use chassis::jobs::Job;
use jiff::SignedDuration;

use crate::{Context, store};

const EVERY: Duration = Duration::from_secs(3600);
const KEPT: SignedDuration = SignedDuration::from_hours(24);

pub fn job(ctx: Arc<Context>) -> Job {
    Job::new("identity.forget_challenges", EVERY, move || {
        let ctx = ctx.clone();
        Box::pin(async move { run(&ctx).await })
    })
}

async fn run(ctx: &Context) -> Result<()> {
    let tx = ctx.db.begin().await?;
    store::sign_in_challenge::forget(&tx, ctx.clock.now() - KEPT).await?;
    Ok(ctx.db.commit(tx).await?)
}
