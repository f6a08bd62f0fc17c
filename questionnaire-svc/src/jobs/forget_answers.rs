//! Answers to old request ids; they hold what people answered, so they do not stay.

use std::sync::Arc;

use chassis::{Result, once};

use crate::Context;

pub async fn run(ctx: Arc<Context>) -> Result<()> {
    let now = ctx.clock.now();
    let before = now.saturating_sub(ctx.config.answers_kept).unwrap_or(now);
    once::forget(&ctx.db, before).await.map(drop)
}
