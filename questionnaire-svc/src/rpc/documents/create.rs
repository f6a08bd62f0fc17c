//! Announces a document: what will come is written down before the first byte.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::domain::document::{self as rules, Document, State};
use crate::rpc::name::ApplicationName;
use crate::rpc::{access, filling, rebase};
use crate::store::document;

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateDocumentRequest>,
) -> Result<pb::Document> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let parent = ApplicationName::parse("parent", &pb.parent)?;
    let Some(sent) = &pb.document else {
        return Err(Violations::one("document", "REQUIRED").into());
    };

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "CreateDocument",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(document) => return Ok(document),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let mut kept = access::lock_filled(tx, &caller, &parent).await?;
    let now = ctx.clock.now();
    rebase::bring_up(ctx, tx, &mut kept, now).await?;
    let id = ctx.ids.uuid().to_string();
    let announced = announced(sent, format!("{}/documents/{id}", kept.name()));
    announced
        .violations(&filling::form_of(ctx, tx, &kept).await?.document_rules())
        .into_result()?;
    let campaign = filling::campaign_of(ctx, tx, &kept).await?;
    kept.application
        .may_edit(&announced.section, &campaign, now)?;
    rules::must_have_room(document::all(tx, &kept.id).await?.len())?;

    document::insert(tx, &id, &kept.id, &announced, now).await?;
    let saved = document::find(tx, &kept.id, &id).await?;
    let saved = saved.ok_or_else(|| Error::NotFound(announced.name.clone()))?;
    audit::record(
        tx,
        &ctx.clock,
        &caller,
        "CreateDocument",
        &announced.name,
        &announced.kind,
    )
    .await?;
    write.commit(message::of(&saved)).await
}

fn announced(pb: &pb::Document, name: String) -> Document {
    Document {
        name,
        section: pb.section.clone(),
        kind: pb.kind.clone(),
        file_name: pb.file_name.trim().to_owned(),
        media_type: pb.media_type.trim().to_ascii_lowercase(),
        // A size below nothing is nothing, and nothing is told as empty.
        size_bytes: u64::try_from(pb.size_bytes).unwrap_or_default(),
        sha256: pb.sha256.clone(),
        state: State::Uploading,
    }
}
