//! Publishes a revision: it gets the next number of its form, and never changes again.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::{Error, Result, audit};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::{find, message};
use crate::Context;
use crate::domain::form;
use crate::domain::refusal::Refusal;
use crate::rpc::name;
use crate::store::form_revision::{self, Kept};

pub async fn publish_revision(
    ctx: &Context,
    request: Request<pb::PublishFormRevisionRequest>,
) -> Result<pb::FormRevision> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (id, revision) = name::form_revision("name", &pb.name)?;
    if form::find(&pb.name).is_some() {
        return Err(published(&pb.name));
    }

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "PublishFormRevision",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(revision) => return Ok(revision),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let not_found = || Error::NotFound(pb.name.clone());
    let found = form_revision::find(tx, id, revision).await?;
    let kept = found.ok_or_else(not_found)?;
    // Under the lock of the form it is looked at again: of two at once, one gives the number.
    form_revision::hold_form(tx, id, &kept.content.programme, 0).await?;
    let found = form_revision::find(tx, id, revision).await?;
    let mut kept: Kept = found.ok_or_else(not_found)?;
    if kept.number.is_some() {
        return Err(published(&kept.name()));
    }
    if !form_revision::publish(tx, &mut kept, ctx.clock.now()).await? {
        return Err(Error::InFlight);
    }
    let answer = message::of(&kept, &find::compiled(&kept)?);
    audit::record(
        tx,
        &ctx.clock,
        &caller,
        "PublishFormRevision",
        &pb.name,
        &answer.name,
    )
    .await?;
    write.commit(answer).await
}

fn published(name: &str) -> Error {
    Refusal::FormRevisionPublished {
        form_revision: name.to_owned(),
    }
    .into()
}
