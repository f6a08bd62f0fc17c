//! Drafts that the window has left behind become `EXPIRED`, and their owners are told. Nothing is
//! deleted: the term of retention begins here.

use std::sync::Arc;

use chassis::caller::Caller;
use chassis::{Result, audit};

use crate::store::draft::Place;
use crate::store::{application, campaign, draft};
use crate::{Context, NAME, events};

pub async fn run(ctx: Arc<Context>) -> Result<()> {
    for place in draft::to_expire(ctx.db.read(), ctx.clock.now()).await? {
        expire(&ctx, &place).await?;
    }
    Ok(())
}

async fn expire(ctx: &Context, place: &Place) -> Result<()> {
    let tx = ctx.db.begin().await?;
    let found = campaign::find(&tx, &place.campaign).await?;
    let kept = application::lock(&tx, &place.campaign, &place.id).await?;
    let (Some(found), Some(mut kept)) = (found, kept) else {
        return Ok(());
    };
    // Submitted at the last moment: the draft that was seen is none any more.
    if kept
        .application
        .expire(&found.campaign, ctx.clock.now())
        .is_err()
    {
        return Ok(());
    }
    application::save(&tx, &mut kept).await?;
    events::application_expired::tell(ctx, &tx, &kept).await?;
    let by = Caller::Service(NAME.into());
    audit::record(&tx, &ctx.clock, &by, "ExpireDraft", &kept.name(), "EXPIRED").await?;
    Ok(ctx.db.commit(tx).await?)
}
