//! Failed sign-ins are kept for a while, and no more than so many of them.

use std::sync::Arc;
use std::time::Duration;

use chassis::Result;
use chassis::jobs::Job;

use crate::domain::failed_sign_in::{KEPT, MOST};
use crate::{Context, store};

const EVERY: Duration = Duration::from_secs(600);

pub fn job(ctx: Arc<Context>) -> Job {
    Job::new("identity.forget_failed_sign_ins", EVERY, move || {
        let ctx = ctx.clone();
        Box::pin(async move { run(&ctx).await })
    })
}

async fn run(ctx: &Context) -> Result<()> {
    let tx = ctx.db.begin().await?;
    store::failed_sign_in::forget(&tx, ctx.clock.now() - KEPT, MOST).await?;
    Ok(ctx.db.commit(tx).await?)
}
