//! Finishes attempts whose time is over: the end of their session and what they were paused.

use chassis::{Result, audit};
use uuid::Uuid;

use super::{BATCH, this_service};
use crate::domain::attempt::State;
use crate::{Context, store};

pub async fn run(ctx: &Context) -> Result<()> {
    let now = ctx.clock.now();
    for id in store::attempt::timed_out(ctx.db.read(), now, BATCH).await? {
        finish(ctx, id).await?;
    }
    Ok(())
}

async fn finish(ctx: &Context, id: Uuid) -> Result<()> {
    let (tx, now) = (ctx.db.begin().await?, ctx.clock.now());
    let Some(known) = store::attempt::find(&tx, id).await? else {
        return Ok(());
    };
    let Some(seat) = store::booking::lock(&tx, known.booking).await? else {
        return Ok(());
    };
    let Some(mut attempt) = store::attempt::lock(&tx, id).await? else {
        return Ok(());
    };
    let end = seat.session.end;
    // Paused or finished a moment ago.
    if attempt.state_at(end, now) != State::Finished || attempt.state == State::Finished {
        return Ok(());
    }
    let _ = attempt.finish(end, now)?;
    store::attempt::save(&tx, &attempt).await?;
    store::attempt::complete_booking(&tx, attempt.booking).await?;
    let (by, name) = (this_service(), attempt.name());
    audit::record(&tx, &ctx.clock, &by, "FinishAttempt", &name, "TIME_OVER").await?;
    Ok(ctx.db.commit(tx).await?)
}
