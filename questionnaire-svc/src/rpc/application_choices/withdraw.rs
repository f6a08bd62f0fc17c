//! Takes one choice back; the others of the application stay.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::applications::choices;
use crate::rpc::etag;
use crate::rpc::name::ApplicationName;
use crate::store::{choice, specialty};

pub async fn withdraw(
    ctx: &Context,
    request: Request<pb::WithdrawApplicationChoiceRequest>,
) -> Result<pb::ApplicationChoice> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    etag::check_needed(&mut violations, "etag", &pb.etag);
    let (_, id) = match ApplicationName::parse_child("name", "choices", &pb.name) {
        Err(Error::Invalid(wrong)) => {
            violations.extend(wrong);
            return Err(violations.into());
        }
        parsed => parsed?,
    };
    violations.into_result()?;
    let not_found = || Error::NotFound(pb.name.clone());
    let own = |kept: &choice::Kept| kept.name() == pb.name && caller.is(kept.account);
    let found = choice::find(ctx.db.read(), &id).await?;
    let seen = found.filter(own).ok_or_else(not_found)?;

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "WithdrawApplicationChoice",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(choice) => return Ok(choice),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    // The specialty of a choice never changes, so it can be held before its choice is.
    let held = specialty::hold(tx, &seen.choice.specialty).await?;
    let ranking = held.ok_or_else(not_found)?.ranking;
    let ids = [id];
    let locked = choice::lock(tx, &ids).await?.pop();
    let mut kept = locked.ok_or_else(not_found)?;
    etag::must_be_current(&pb.etag, kept.version, &pb.name)?;
    let was = kept.choice.state.code();
    let left = kept.choice.withdraw(ranking)?;
    choices::save(ctx, tx, &mut kept, left, ctx.clock.now()).await?;
    let rpc = "WithdrawApplicationChoice";
    audit::record(tx, &ctx.clock, &caller, rpc, &kept.name(), was).await?;
    let exams = choice::exams(tx, &ids).await?;
    write.commit(message::of(&kept, &exams)).await
}
