//! Drafts that were never submitted are removed for good a while after their campaign closed, with
//! everything in them. What stays is the row of the audit: which draft, and when.

use std::sync::Arc;

use chassis::caller::Caller;
use chassis::{Result, audit};

use crate::domain::application::State;
use crate::rpc::documents::incoming::release;
use crate::store::draft::Place;
use crate::store::{application, draft};
use crate::{Context, NAME};

pub async fn run(ctx: Arc<Context>) -> Result<()> {
    let now = ctx.clock.now();
    let before = now.saturating_sub(ctx.config.drafts_kept).unwrap_or(now);
    for place in draft::to_forget(ctx.db.read(), before).await? {
        forget(&ctx, &place).await?;
    }
    Ok(())
}

async fn forget(ctx: &Context, place: &Place) -> Result<()> {
    let tx = ctx.db.begin().await?;
    let Some(kept) = application::lock(&tx, &place.campaign, &place.id).await? else {
        return Ok(());
    };
    let is_over = matches!(
        kept.application.state,
        State::Expired { .. } | State::Withdrawn { .. }
    );
    if !is_over || kept.application.submission_count > 0 {
        return Ok(());
    }
    let blobs = draft::forget(&tx, &kept.id, ctx.clock.now()).await?;
    let by = Caller::Service(NAME.into());
    let state = kept.application.state.code();
    audit::record(&tx, &ctx.clock, &by, "ForgetDraft", &kept.name(), state).await?;
    ctx.db.commit(tx).await?;
    // After the commit: bytes can't be brought back. What fails here the sweep finds.
    for blob in blobs {
        release(ctx, &blob, None).await;
    }
    Ok(())
}
