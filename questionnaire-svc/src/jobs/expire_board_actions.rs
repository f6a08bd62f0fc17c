//! Acts of colleges that nobody signed in time become `EXPIRED`, and are removed a day later: nothing
//! came of them.

use std::sync::Arc;

use chassis::Result;
use jiff::SignedDuration;

use crate::Context;
use crate::store::board_action;

/// Long enough for whoever asks what became of it.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

pub async fn run(ctx: Arc<Context>) -> Result<()> {
    let now = ctx.clock.now();
    let tx = ctx.db.begin().await?;
    board_action::expire(&tx, now).await?;
    board_action::forget(&tx, now.saturating_sub(KEPT).unwrap_or(now)).await?;
    Ok(ctx.db.commit(tx).await?)
}
