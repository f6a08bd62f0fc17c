//! The check of a document whose bytes are here: at the end of its upload, or later by a job where
//! that was cut short.

use chassis::{Error, Result};

use super::incoming::release;
use crate::Context;
use crate::domain::refusal::Refusal;
use crate::store::document::{self, Kept};
use crate::store::loose_blob;

/// Gives the document as it is after the check.
///
/// # Errors
/// `CONTENT_UNREADABLE`, `PHOTO_SHAPE_WRONG`: the bytes are gone, and others may be sent.
pub async fn check(ctx: &Context, mut kept: Kept) -> Result<Kept> {
    let Some(blob) = kept.blob.clone() else {
        return Ok(kept);
    };
    let bytes = ctx.blobs.read(&blob).await?;
    let was = kept.document.state;
    match ctx.scanner.scan(&kept.document, bytes).await {
        Ok(scan) => {
            kept.document.scanned(scan);
            let tx = ctx.db.begin().await?;
            if !document::save(&tx, &mut kept, was).await? {
                return Err(Error::NotFound(kept.document.name));
            }
            ctx.db.commit(tx).await?;
            Ok(kept)
        }
        Err(refusal) => Err(send_back(ctx, kept, &blob, refusal).await?),
    }
}

/// Lets go of bytes that can't be read as what they say they are.
async fn send_back(ctx: &Context, mut kept: Kept, blob: &str, refusal: Refusal) -> Result<Error> {
    let was = kept.document.state;
    kept.document.send_back();
    kept.blob = None;
    kept.upload_time = None;
    let tx = ctx.db.begin().await?;
    if document::save(&tx, &mut kept, was).await? {
        loose_blob::insert(&tx, blob, ctx.clock.now()).await?;
        ctx.db.commit(tx).await?;
        release(ctx, blob).await;
    }
    Ok(refusal.into())
}
