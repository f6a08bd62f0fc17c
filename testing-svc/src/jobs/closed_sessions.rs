//! Takes the seats of closed sessions away that the call which closed them left over.

use chassis::Result;

use super::{BATCH, this_service};
use crate::{Context, dealing, store};

pub async fn run(ctx: &Context) -> Result<()> {
    let now = ctx.clock.now();
    for session in store::closure::half_done(ctx.db.read(), now, BATCH).await? {
        let tx = ctx.db.begin().await?;
        store::seats::lock(&tx, &[session]).await?;
        dealing::displace(ctx, &tx, &this_service(), session, BATCH).await?;
        ctx.db.commit(tx).await?;
    }
    Ok(())
}
