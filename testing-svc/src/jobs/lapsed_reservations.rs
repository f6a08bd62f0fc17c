//! Frees codes whose reservation ran out.

use chassis::{Result, audit};
use uuid::Uuid;

use super::{BATCH, this_service};
use crate::domain::Change;
use crate::{Context, store};

pub async fn run(ctx: &Context) -> Result<()> {
    let now = ctx.clock.now();
    for id in store::promo_code::lapsed(ctx.db.read(), now, BATCH).await? {
        lapse(ctx, id).await?;
    }
    Ok(())
}

async fn lapse(ctx: &Context, id: Uuid) -> Result<()> {
    let tx = ctx.db.begin().await?;
    let Some(mut code) = store::promo_code::lock(&tx, id).await? else {
        return Ok(());
    };
    let Some(reservation) = code.state.redemption() else {
        return Ok(());
    };
    let Some(mut redemption) = store::redemption::find(&tx, reservation).await? else {
        return Ok(());
    };
    if redemption.lapse(&mut code, ctx.clock.now()) == Change::Nothing {
        return Ok(());
    }
    store::redemption::save(&tx, &redemption).await?;
    store::promo_code::save(&tx, &code).await?;
    let (name, detail) = (code.name(), redemption.name());
    audit::record(
        &tx,
        &ctx.clock,
        &this_service(),
        "LapseReservation",
        &name,
        &detail,
    )
    .await?;
    Ok(ctx.db.commit(tx).await?)
}
