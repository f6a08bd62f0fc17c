//! Returns tasks whose lease ran out, and writes down whose claim it was.

use std::sync::Arc;

use chassis::audit;
use chassis::error::Result;

use super::BATCH;
use crate::Context;
use crate::domain::task::Done;
use crate::store::{queue, task};

pub async fn run(ctx: Arc<Context>) -> Result<()> {
    loop {
        let lapsed = queue::lapsed(ctx.db.read(), ctx.clock.now(), BATCH).await?;
        if lapsed.is_empty() {
            return Ok(());
        }
        for id in lapsed {
            return_claim(&ctx, id).await?;
        }
    }
}

async fn return_claim(ctx: &Context, id: uuid::Uuid) -> Result<()> {
    let tx = ctx.db.begin().await?;
    let Some(mut kept) = task::lock(&tx, id).await? else {
        return Ok(());
    };
    // Renewed, decided or claimed anew in between: nothing to return.
    if kept.task.expire_lease(ctx.clock.now()) == Done::Before {
        return Ok(());
    }
    task::save(&tx, &mut kept).await?;
    audit::record(
        &tx,
        &ctx.clock,
        &ctx.itself(),
        "ExpireLease",
        &kept.name(),
        "",
    )
    .await?;
    Ok(ctx.db.commit(tx).await?)
}
