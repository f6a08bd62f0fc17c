//! The check of a document whose bytes are here: at the end of its upload, or later by a job where
//! that was cut short or the scanner was away.

use std::convert::Infallible;
use std::time::Duration;

use chassis::blob::Content;
use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::{Error, Result, audit};
use jiff::SignedDuration;

use super::incoming::release;
use crate::domain::document::{Scan, State};
use crate::domain::refusal::Refusal;
use crate::store::document::{self, Kept};
use crate::store::{check, loose_blob};
use crate::{Context, NAME};

/// Nobody else begins a check before this is over. Whoever checks renews it, so that a document
/// waits no longer than this for somebody who died over it.
pub const LEASE: SignedDuration = SignedDuration::from_secs(30);
const RENEWAL: Duration = Duration::from_secs(10);

/// Gives the document as it is after the check: still `SCANNING` where the scanner is away.
///
/// # Errors
/// `CONTENT_UNREADABLE`, `PHOTO_SHAPE_WRONG`, `ARCHIVE_NOT_TAKEN`: the bytes are gone, and others may be sent.
/// `DOCUMENT_INFECTED`: the bytes are gone, and the document says why.
pub async fn check(ctx: &Context, kept: Kept) -> Result<Kept> {
    let Some(blob) = kept.blob.clone() else {
        return Ok(kept);
    };
    let content = Content {
        size_bytes: kept.document.size_bytes,
        sha256: kept.document.sha256.clone(),
    };
    let scan = async {
        let bytes = ctx.blobs.read(&blob, &content).await?;
        Ok::<_, Error>(ctx.scanner.scan(&kept.document, bytes).await)
    };
    let found = tokio::select! {
        found = scan => found?,
        never = renew(ctx, &kept.id) => match never {},
    };
    match found {
        Ok(None) => wait(ctx, kept).await,
        Ok(Some(Scan::Infected)) => Err(let_go(ctx, kept, &blob, Refusal::DocumentInfected).await?),
        Ok(Some(scan)) => decide(ctx, kept, scan).await,
        Err(refusal) => Err(let_go(ctx, kept, &blob, refusal).await?),
    }
}

/// Keeps others from a document for as long as somebody is at it. Without a renewal two may check
/// it: the first verdict stands.
#[expect(
    clippy::disallowed_methods,
    reason = "the pause between renewals is the machine's time, not the rules'"
)]
async fn renew(ctx: &Context, id: &str) -> Infallible {
    loop {
        tokio::time::sleep(RENEWAL).await;
        let renewed = async {
            let tx = ctx.db.begin().await?;
            check::from(&tx, id, ctx.clock.now() + LEASE).await?;
            Ok::<_, Error>(ctx.db.commit(tx).await?)
        };
        if let Err(error) = renewed.await {
            tracing::warn!(
                document = id,
                ?error,
                "the lease of a check was not renewed"
            );
        }
    }
}

/// Leaves the document to whoever asks first once the scanner is back.
async fn wait(ctx: &Context, kept: Kept) -> Result<Kept> {
    let tx = ctx.db.begin().await?;
    check::from(&tx, &kept.id, ctx.clock.now()).await?;
    ctx.db.commit(tx).await?;
    Ok(kept)
}

async fn decide(ctx: &Context, mut kept: Kept, scan: Scan) -> Result<Kept> {
    let was = kept.document.state;
    kept.document.scanned(scan);
    let tx = ctx.db.begin().await?;
    if !document::save(&tx, &mut kept, was).await? {
        // Somebody else came to a verdict first, or it was deleted: the next try tells.
        return Err(Error::InFlight);
    }
    if kept.document.state == State::ScanFailed {
        put_off(ctx, &tx, &kept.id).await?;
    }
    ctx.db.commit(tx).await?;
    Ok(kept)
}

/// Another try comes after a pause, because the fault is the file's.
async fn put_off(ctx: &Context, tx: &Tx, id: &str) -> Result<()> {
    let failures = check::failed(tx, id).await?;
    let again = ctx.clock.now() + crate::domain::document::pause_after(failures);
    check::from(tx, id, again).await
}

/// The job's check of a document came to nothing for a reason that is no verdict and not the
/// scanner's: its bytes are missing or wrong.
pub async fn give_up_for_now(ctx: &Context, id: &str) -> Result<()> {
    let tx = ctx.db.begin().await?;
    put_off(ctx, &tx, id).await?;
    Ok(ctx.db.commit(tx).await?)
}

/// Lets go of bytes that can't be read as what they say they are, or do harm.
async fn let_go(ctx: &Context, mut kept: Kept, blob: &str, refusal: Refusal) -> Result<Error> {
    let was = kept.document.state;
    match refusal {
        Refusal::DocumentInfected => kept.document.scanned(Scan::Infected),
        _ => {
            kept.document.send_back();
            kept.upload_time = None;
        }
    }
    kept.blob = None;
    let tx = ctx.db.begin().await?;
    if document::save(&tx, &mut kept, was).await? {
        loose_blob::insert(&tx, blob, ctx.clock.now()).await?;
        let (by, name) = (Caller::Service(NAME.into()), &kept.document.name);
        let state = kept.document.state.code();
        audit::record(&tx, &ctx.clock, &by, "CheckDocument", name, state).await?;
        ctx.db.commit(tx).await?;
        release(ctx, blob, None).await;
    }
    Ok(refusal.into())
}
