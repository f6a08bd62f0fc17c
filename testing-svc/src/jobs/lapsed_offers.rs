//! Ends offers of places that nobody answered in time.

use chassis::{Result, audit};
use uuid::Uuid;

use super::{BATCH, this_service};
use crate::domain::Change;
use crate::{Context, events, store};

pub async fn run(ctx: &Context) -> Result<()> {
    let now = ctx.clock.now();
    for id in store::admission_offer::overdue(ctx.db.read(), now, BATCH).await? {
        lapse(ctx, id).await?;
    }
    Ok(())
}

async fn lapse(ctx: &Context, id: Uuid) -> Result<()> {
    let tx = ctx.db.begin().await?;
    let Some(mut offer) = store::admission_offer::lock(&tx, id).await? else {
        return Ok(());
    };
    // Answered a moment ago.
    if offer.lapse(ctx.clock.now()) == Change::Nothing {
        return Ok(());
    }
    store::admission_offer::save(&tx, &mut offer).await?;
    if let Some(specialty) = store::admission_specialty::find(&tx, offer.specialty).await? {
        events::admission_offer_lapsed(ctx, &tx, &offer, &specialty).await?;
    }
    let (by, name) = (this_service(), offer.name());
    audit::record(&tx, &ctx.clock, &by, "LapseAdmissionOffer", &name, "").await?;
    Ok(ctx.db.commit(tx).await?)
}
