//! Forgets answers to request ids that nobody will repeat any more.

use chassis::{Result, once};

use crate::Context;

pub async fn run(ctx: &Context) -> Result<()> {
    let now = ctx.clock.now();
    let before = now.saturating_sub(ctx.config.answers).unwrap_or(now);
    once::forget(&ctx.db, before).await.map(drop)
}
