//! Documents whose bytes never came, and blobs that no document names. Both are left alone for as
//! long as an upload may last.

use std::sync::Arc;

use chassis::Result;

use crate::Context;
use crate::rpc::documents::incoming;
use crate::store::{document, loose_blob};

pub async fn run(ctx: Arc<Context>) -> Result<()> {
    let now = ctx.clock.now();
    let before = now.saturating_sub(ctx.config.upload_term).unwrap_or(now);
    let tx = ctx.db.begin().await?;
    let forgotten = document::forget_announced(&tx, before).await?;
    ctx.db.commit(tx).await?;
    let loose = loose_blob::since(ctx.db.read(), before).await?;
    for loose in &loose {
        incoming::remove(&ctx, &loose.blob, loose.parts.as_deref()).await?;
    }
    if forgotten > 0 || !loose.is_empty() {
        tracing::info!(documents = forgotten, blobs = loose.len(), "swept");
    }
    Ok(())
}
