//! Takes the bytes of an announced document. The end of the stream is not the commit: without its
//! last message nothing is kept, and the document waits for another try.

use chassis::caller::Caller;
use chassis::{Error, Result, audit};
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::UploadDocumentRequest as Message;
use tonic::{Request, Streaming};

use super::incoming::{Incoming, release};
use super::{check, message};
use crate::Context;
use crate::domain::document::{State, Taken, Upload};
use crate::domain::refusal::Refusal;
use crate::rpc::name::ApplicationName;
use crate::rpc::{access, filling};
use crate::store::document::{self, Kept};
use crate::store::loose_blob;

pub async fn upload(ctx: &Context, request: Request<Streaming<Message>>) -> Result<pb::Document> {
    let caller = Caller::of(&request);
    let mut stream = request.into_inner();
    let first = next(&mut stream).await?;
    let (above, id) = ApplicationName::parse_child("name", "documents", &first.name)?;
    let mut kept = announced(ctx, &caller, &above, &id, &first.name).await?;

    let mut incoming = Incoming::begin(ctx, &above.id, &kept.document).await?;
    let taken = match take_all(&mut incoming, first, &mut stream).await {
        Ok(commit) => kept
            .document
            .receive(&received(&incoming, &incoming.sha256(), &commit)),
        Err(error) => {
            incoming.discard(ctx).await;
            return Err(error);
        }
    };
    match taken {
        Ok(Taken::Now) => {}
        Ok(Taken::Before) => return Ok(message::of(&kept)),
        Err(refusal) => {
            incoming.discard(ctx).await;
            return Err(refusal.into());
        }
    }
    let Some(blob) = incoming.keep(ctx).await? else {
        return Ok(message::of(&kept));
    };
    match adopt(ctx, &caller, &above, &id, &blob).await {
        Ok(kept) => Ok(message::of(&check::check(ctx, kept).await?)),
        Err(error) => {
            release(ctx, &blob, None).await;
            Err(error)
        }
    }
}

/// The document as it was announced, if the caller may send its bytes now.
async fn announced(
    ctx: &Context,
    caller: &Caller,
    above: &ApplicationName,
    id: &str,
    name: &str,
) -> Result<Kept> {
    let not_found = || Error::NotFound(name.to_owned());
    let application = access::filled(ctx, caller, above)
        .await
        .map_err(|error| match error {
            Error::NotFound(_) => not_found(),
            other => other,
        })?;
    let found = document::find(ctx.db.read(), &application.id, id).await?;
    let kept = found
        .filter(|kept| !kept.is_deleted)
        .ok_or_else(not_found)?;
    if kept.document.state == State::Uploading {
        let campaign = filling::campaign_of(ctx, ctx.db.read(), &application).await?;
        let now = ctx.clock.now();
        application
            .application
            .may_edit(&kept.document.section, &campaign, now)?;
    }
    Ok(kept)
}

/// A stream that breaks, or ends before its commit, has sent nothing.
async fn next(stream: &mut Streaming<Message>) -> Result<Message> {
    match stream.message().await {
        Ok(Some(message)) => Ok(message),
        Ok(None) | Err(_) => Err(Refusal::UploadBrokenOff.into()),
    }
}

async fn take_all(
    incoming: &mut Incoming,
    first: Message,
    stream: &mut Streaming<Message>,
) -> Result<pb::UploadCommit> {
    let mut message = first;
    loop {
        if let Some(chunk) = message.chunk {
            incoming.take(chunk.data).await?;
        }
        if let Some(commit) = message.commit {
            return Ok(commit);
        }
        message = next(stream).await?;
    }
}

fn received<'a>(
    incoming: &'a Incoming,
    sha256: &'a str,
    commit: &'a pb::UploadCommit,
) -> Upload<'a> {
    Upload {
        size_bytes: incoming.size(),
        sha256,
        committed_size_bytes: u64::try_from(commit.size_bytes).unwrap_or_default(),
        committed_sha256: &commit.sha256,
        head: incoming.head(),
    }
}

/// Gives the blob to its document, under the lock of the application. Much may have happened while
/// the bytes came: the window closed, the document was deleted, another try was faster.
async fn adopt(
    ctx: &Context,
    caller: &Caller,
    above: &ApplicationName,
    id: &str,
    blob: &str,
) -> Result<Kept> {
    let tx = ctx.db.begin().await?;
    let application = access::lock_filled(&tx, caller, above).await?;
    let not_found = || Error::NotFound(format!("{above}/documents/{id}"));
    let found = document::find(&tx, &application.id, id).await?;
    let mut kept = found
        .filter(|kept| !kept.is_deleted)
        .ok_or_else(not_found)?;
    let campaign = filling::campaign_of(ctx, &tx, &application).await?;
    let now = ctx.clock.now();
    application
        .application
        .may_edit(&kept.document.section, &campaign, now)?;
    let was = kept.document.state;
    if was != State::Uploading {
        return Err(Refusal::DocumentAlreadyUploaded.into());
    }
    // Half of the sweep's term: an upload and the sweep never meet.
    let not_before = now
        .saturating_sub(ctx.config.upload_term / 2)
        .unwrap_or(now);
    if !loose_blob::adopt(&tx, blob, not_before).await? {
        return Err(Refusal::UploadBrokenOff.into());
    }
    kept.document.state = State::Scanning;
    kept.blob = Some(blob.to_owned());
    kept.upload_time = Some(now);
    if !document::save(&tx, &mut kept, was).await? {
        return Err(Error::InFlight);
    }
    crate::store::check::from(&tx, id, now + check::LEASE).await?;
    audit::record(
        &tx,
        &ctx.clock,
        caller,
        "UploadDocument",
        &kept.document.name,
        "SCANNING",
    )
    .await?;
    ctx.db.commit(tx).await?;
    Ok(kept)
}
