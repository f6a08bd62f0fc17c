//! Ends holds that nobody confirmed and offers that nobody answered, and passes their seats on.

use chassis::Result;

use super::BATCH;
use crate::{Context, dealing, store};

pub async fn run(ctx: &Context) -> Result<()> {
    let now = ctx.clock.now();
    for session in store::seats::with_expired_holds(ctx.db.read(), now, BATCH).await? {
        let tx = ctx.db.begin().await?;
        dealing::sweep(ctx, &tx, session).await?;
        ctx.db.commit(tx).await?;
    }
    Ok(())
}
