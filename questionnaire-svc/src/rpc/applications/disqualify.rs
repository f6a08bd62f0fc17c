//! Excludes a person from the selection, for false data or by law.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::{Error, Result, audit, outbox};
use proto::events::v1::ApplicationDisqualified;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use super::reason::Reason;
use crate::Context;
use crate::rpc::etag;
use crate::rpc::name::ApplicationName;
use crate::store::application;

pub async fn disqualify(
    ctx: &Context,
    request: Request<pb::DisqualifyApplicationRequest>,
) -> Result<pb::Application> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let name = ApplicationName::parse("name", &pb.name)?;
    let now = ctx.clock.now();
    let reason = Reason {
        dictionary: "disqualification-reasons",
        code: &pb.reason_code,
        etag: &pb.etag,
    };
    reason.check(ctx, ctx.db.read(), now).await?;

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "DisqualifyApplication",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(application) => return Ok(application),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let found = application::lock(tx, &name.campaign, &name.id).await?;
    let mut kept = found.ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    etag::must_be_current(&pb.etag, kept.version, &pb.name)?;
    kept.application.disqualify(&pb.reason_code, now)?;
    application::save(tx, &mut kept).await?;
    let event = ApplicationDisqualified {
        application: kept.name(),
        campaign: kept.campaign_name(),
        account: kept.applicant(),
        reason_code: pb.reason_code.clone(),
        submission_number: i32::try_from(kept.application.submission_count).unwrap_or(i32::MAX),
    };
    outbox::publish(tx, &ctx.clock, &ctx.ids, &kept.name(), &event).await?;
    audit::record(
        tx,
        &ctx.clock,
        &caller,
        "DisqualifyApplication",
        &kept.name(),
        &pb.reason_code,
    )
    .await?;
    write.commit(message::of(&kept)).await
}
