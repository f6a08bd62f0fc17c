//! Offers free seats to those who wait: what no call could do, such as after a closure or when the
//! first person begins to wait.

use chassis::Result;

use crate::{Context, dealing, store};

/// Sessions of one turn. Who waits may fit none of them, so the turn must reach all.
const SESSIONS: u64 = 2_000;

pub async fn run(ctx: &Context) -> Result<()> {
    let now = ctx.clock.now();
    for session in store::waitlist::awaited(ctx.db.read(), now, SESSIONS).await? {
        let tx = ctx.db.begin().await?;
        dealing::sweep(ctx, &tx, session).await?;
        ctx.db.commit(tx).await?;
    }
    Ok(())
}
