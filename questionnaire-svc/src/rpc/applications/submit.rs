//! Sends an application for review, or to the colleges that it names, and freezes what was sent. Out of a
//! correction it is the resubmission.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Result, audit};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::send::Sender;
use super::{message, send};
use crate::Context;
use crate::rpc::name::ApplicationName;
use crate::rpc::{access, etag};
use crate::store::campaign;

pub async fn submit(
    ctx: &Context,
    request: Request<pb::SubmitApplicationRequest>,
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
        "SubmitApplication",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(application) => return Ok(application),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    // Held as it is: the version that it is judged by is the one that is looked at.
    campaign::hold(tx, &name.campaign).await?;
    let mut kept = access::lock_own(tx, &caller, &name).await?;
    etag::must_be_current(&pb.etag, kept.version, &pb.name)?;
    let now = ctx.clock.now();
    let by = (Sender::Applicant, now);
    send::send(ctx, tx, &mut kept, &pb.accepted_declarations, by).await?;
    audit::record(
        tx,
        &ctx.clock,
        &caller,
        "SubmitApplication",
        &kept.name(),
        &kept.submission_name(),
    )
    .await?;
    write.commit(message::of(&kept)).await
}
