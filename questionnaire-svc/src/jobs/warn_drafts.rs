//! Drafts whose window closes soon: their owners are told 7 days, 3 days and 1 day before, once each.
//! After a pause of the clock only the nearest is told.

use std::sync::Arc;

use chassis::Result;
use jiff::SignedDuration;

use crate::domain::application::State;
use crate::store::draft::Place;
use crate::store::{application, campaign, draft};
use crate::{Context, events};

/// The nearest first.
const DAYS: [i32; 3] = [1, 3, 7];

pub async fn run(ctx: Arc<Context>) -> Result<()> {
    let now = ctx.clock.now();
    for (at, days) in DAYS.into_iter().enumerate() {
        for place in draft::to_warn(ctx.db.read(), days, now).await? {
            warn(&ctx, &place, &DAYS[at..]).await?;
        }
    }
    Ok(())
}

/// Notes this warning and those that it makes needless, and tells where it is the first time.
async fn warn(ctx: &Context, place: &Place, days: &[i32]) -> Result<()> {
    let tx = ctx.db.begin().await?;
    let found = campaign::find(&tx, &place.campaign).await?;
    let kept = application::lock(&tx, &place.campaign, &place.id).await?;
    let (Some(found), Some(kept)) = (found, kept) else {
        return Ok(());
    };
    let (now, close) = (ctx.clock.now(), found.campaign.window.close);
    let nearest = days.first().copied().unwrap_or_default();
    let is_near = close <= now + SignedDuration::from_hours(24 * i64::from(nearest));
    // Submitted or given more time since it was seen.
    if kept.application.state != State::Draft || !is_near || close <= now {
        return Ok(());
    }
    let mut is_first = false;
    for (at, days) in days.iter().enumerate() {
        let is_noted = draft::warn(&tx, &kept.id, close, *days, now).await?;
        is_first |= at == 0 && is_noted;
    }
    if is_first {
        events::application_expiring::tell(ctx, &tx, &kept, close).await?;
    }
    Ok(ctx.db.commit(tx).await?)
}
