//! Reminds of booked sessions. Where two reminders are due at once, one is told: the rows of both are
//! written, so neither comes again.

use chassis::Result;
use jiff::SignedDuration;
use uuid::Uuid;

use super::BATCH;
use crate::domain::booking::Phase;
use crate::{Context, events, store};

pub async fn run(ctx: &Context) -> Result<()> {
    let now = ctx.clock.now();
    for lead in &ctx.config.reminders {
        for id in store::reminder::due(ctx.db.read(), *lead, now, BATCH).await? {
            remind(ctx, id).await?;
        }
    }
    Ok(())
}

async fn remind(ctx: &Context, id: Uuid) -> Result<()> {
    let now = ctx.clock.now();
    let tx = ctx.db.begin().await?;
    let Some(seat) = store::booking::lock(&tx, id).await? else {
        return Ok(());
    };
    let booked = matches!(
        seat.booking.phase_at(seat.at(now)),
        Phase::Booked | Phase::CheckedIn
    );
    let left = seat.session.start.duration_since(now);
    if !booked || left <= SignedDuration::ZERO {
        return Ok(());
    }
    let mut told = false;
    for lead in ctx.config.reminders.iter().filter(|lead| left <= **lead) {
        told |= store::reminder::tell(&tx, id, seat.session.id, *lead, now).await?;
    }
    if told {
        events::booking_reminder_due(ctx, &tx, &seat).await?;
    }
    Ok(ctx.db.commit(tx).await?)
}
