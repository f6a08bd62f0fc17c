//! Writes down that codes nobody used expired with their campaign.

use chassis::{Result, audit};
use uuid::Uuid;

use super::{BATCH, this_service};
use crate::domain::Change;
use crate::{Context, store};

pub async fn run(ctx: &Context) -> Result<()> {
    let now = ctx.clock.now();
    for id in store::promo_code::expiring(ctx.db.read(), now, BATCH).await? {
        expire(ctx, id).await?;
    }
    Ok(())
}

async fn expire(ctx: &Context, id: Uuid) -> Result<()> {
    let tx = ctx.db.begin().await?;
    let Some(mut code) = store::promo_code::lock(&tx, id).await? else {
        return Ok(());
    };
    if code.expire(ctx.clock.now()) == Change::Nothing {
        return Ok(());
    }
    store::promo_code::save(&tx, &code).await?;
    let by = this_service();
    audit::record(
        &tx,
        &ctx.clock,
        &by,
        "ExpirePromoCode",
        &code.name(),
        "EXPIRED",
    )
    .await?;
    Ok(ctx.db.commit(tx).await?)
}
