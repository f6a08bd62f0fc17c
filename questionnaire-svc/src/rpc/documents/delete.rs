//! Takes a document out of the draft. One that a submission shows stays with that submission.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::incoming::release;
use super::message;
use crate::Context;
use crate::rpc::name::ApplicationName;
use crate::rpc::{access, etag, filling};
use crate::store::{document, loose_blob};

pub async fn delete(
    ctx: &Context,
    request: Request<pb::DeleteDocumentRequest>,
) -> Result<pb::Document> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (above, id) = ApplicationName::parse_child("name", "documents", &pb.name)?;
    let mut violations = Violations::new();
    etag::check(&mut violations, "etag", &pb.etag);
    violations.into_result()?;

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "DeleteDocument",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(document) => return Ok(document),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let not_found = || Error::NotFound(pb.name.clone());
    let application =
        access::lock_filled(tx, &caller, &above)
            .await
            .map_err(|error| match error {
                Error::NotFound(_) => not_found(),
                other => other,
            })?;
    let found = document::find(tx, &application.id, &id).await?;
    let kept = found
        .filter(|kept| !kept.is_deleted)
        .ok_or_else(not_found)?;
    let now = ctx.clock.now();
    let campaign = filling::campaign_of(ctx, tx, &application).await?;
    application
        .application
        .may_edit(&kept.document.section, &campaign, now)?;
    etag::must_be_current(&pb.etag, kept.version, &pb.name)?;

    document::remove(tx, &kept, now).await?;
    let loose = kept.blob.clone().filter(|_| !kept.is_held);
    if let Some(blob) = &loose {
        loose_blob::insert(tx, blob, now).await?;
    }
    audit::record(
        tx,
        &ctx.clock,
        &caller,
        "DeleteDocument",
        &pb.name,
        kept.document.state.code(),
    )
    .await?;
    let answer = write.commit(message::of(&kept)).await?;
    // After the commit: bytes can't be brought back.
    if let Some(blob) = loose {
        release(ctx, &blob, None).await;
    }
    Ok(answer)
}
