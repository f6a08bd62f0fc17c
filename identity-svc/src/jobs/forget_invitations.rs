//! Invitations to the staff that ran out are noted as such, and all are forgotten after three months:
//! who was given which role stays in the audit.

use std::sync::Arc;
use std::time::Duration;

use chassis::Result;
use chassis::jobs::Job;
use jiff::SignedDuration;

use crate::{Context, store};

const EVERY: Duration = Duration::from_secs(600);
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

pub fn job(ctx: Arc<Context>) -> Job {
    Job::new("identity.forget_invitations", EVERY, move || {
        let ctx = ctx.clone();
        Box::pin(async move { run(&ctx).await })
    })
}

async fn run(ctx: &Context) -> Result<()> {
    let now = ctx.clock.now();
    let tx = ctx.db.begin().await?;
    store::staff_invitation::expire(&tx, now).await?;
    store::staff_invitation::forget(&tx, now - KEPT).await?;
    Ok(ctx.db.commit(tx).await?)
}
