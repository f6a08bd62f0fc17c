//! Writes down who did not start in time, and tells it.

use chassis::{Result, audit};
use uuid::Uuid;

use super::{BATCH, this_service};
use crate::domain::Change;
use crate::{Context, events, store};

pub async fn run(ctx: &Context) -> Result<()> {
    let now = ctx.clock.now();
    for id in store::booking::missed(ctx.db.read(), now, BATCH).await? {
        miss(ctx, id).await?;
    }
    Ok(())
}

async fn miss(ctx: &Context, id: Uuid) -> Result<()> {
    let tx = ctx.db.begin().await?;
    let Some(mut seat) = store::booking::lock(&tx, id).await? else {
        return Ok(());
    };
    let mut booking = seat.booking.clone();
    if booking.miss(seat.at(ctx.clock.now())) == Change::Nothing {
        return Ok(());
    }
    store::booking::save(&tx, &booking).await?;
    seat.booking = booking;
    let by = this_service();
    audit::record(
        &tx,
        &ctx.clock,
        &by,
        "MissBooking",
        &seat.booking.name(),
        "NO_SHOW",
    )
    .await?;
    events::booking_missed(ctx, &tx, &seat).await?;
    Ok(ctx.db.commit(tx).await?)
}
