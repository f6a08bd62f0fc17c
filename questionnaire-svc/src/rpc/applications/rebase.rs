//! Moves a draft to the form that its campaign has now.

use chassis::Result;
use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::name::ApplicationName;
use crate::rpc::{access, etag, rebase as moves};

pub async fn rebase(
    ctx: &Context,
    request: Request<pb::RebaseApplicationRequest>,
) -> Result<pb::Application> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let name = ApplicationName::parse("name", &pb.name)?;
    let mut violations = Violations::new();
    etag::check(&mut violations, "etag", &pb.etag);
    violations.into_result()?;

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "RebaseApplication",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(application) => return Ok(application),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let mut kept = access::lock_own(tx, &caller, &name).await?;
    etag::must_be_current(&pb.etag, kept.version, &pb.name)?;
    kept.application.must_be_a_draft()?;
    moves::bring_up(ctx, tx, &mut kept, ctx.clock.now()).await?;
    write.commit(message::of(&kept)).await
}
