//! Takes an application back for good. Where no expert is asked another can be opened after it, and of
//! its choices those end that are not over.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit, outbox};
use proto::events::v1::ApplicationWithdrawn;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::set_aside::last_submission;
use super::{choices, message};
use crate::Context;
use crate::domain::choice::Choice;
use crate::rpc::name::ApplicationName;
use crate::rpc::{access, etag};
use crate::store::{application, campaign};

pub async fn withdraw(
    ctx: &Context,
    request: Request<pb::WithdrawApplicationRequest>,
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
        "WithdrawApplication",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(application) => return Ok(application),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    // Held as it is: the end of the time for it does not move meanwhile.
    let held = campaign::hold(tx, &name.campaign).await?;
    let mut kept = access::lock_own(tx, &caller, &name).await?;
    etag::must_be_current(&pb.etag, kept.version, &pb.name)?;
    let was = kept.application.state.code();
    let campaign = held
        .ok_or_else(|| Error::NotFound(pb.name.clone()))?
        .campaign;
    let now = ctx.clock.now();
    kept.application.withdraw(&campaign, now)?;
    application::save(tx, &mut kept).await?;
    choices::end(ctx, tx, &kept, Choice::withdraw_with_application, now).await?;
    if !campaign.is_reviewed() {
        application::make_room(tx, &mut kept).await?;
    }
    let event = ApplicationWithdrawn {
        application: kept.name(),
        campaign: kept.campaign_name(),
        account: kept.applicant(),
        submission_number: last_submission(&kept),
    };
    outbox::publish(tx, &ctx.clock, &ctx.ids, &kept.name(), &event).await?;
    audit::record(
        tx,
        &ctx.clock,
        &caller,
        "WithdrawApplication",
        &kept.name(),
        was,
    )
    .await?;
    write.commit(message::of(&kept)).await
}
