//! Ends holds that nobody confirmed and gives their seats back.

use chassis::Result;

use super::BATCH;
use crate::{Context, store};

pub async fn run(ctx: &Context) -> Result<()> {
    let now = ctx.clock.now();
    for session in store::seats::with_expired_holds(ctx.db.read(), now, BATCH).await? {
        let tx = ctx.db.begin().await?;
        store::seats::release_expired(&tx, &ctx.clock, session).await?;
        ctx.db.commit(tx).await?;
    }
    Ok(())
}
