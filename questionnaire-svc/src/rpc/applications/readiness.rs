//! Tells what is still missing and how the rules stand, in the language of the call.

use chassis::Result;
use chassis::caller::Caller;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use crate::Context;
use crate::domain::frozen::FrozenCheck;
use crate::rpc::filling::Filling;
use crate::rpc::name::ApplicationName;
use crate::rpc::{readiness as message, rebase};

pub async fn readiness(
    ctx: &Context,
    request: Request<pb::GetReadinessRequest>,
) -> Result<pb::Readiness> {
    let caller = Caller::of(&request);
    let name = ApplicationName::parse("name", &request.into_inner().name)?;
    let kept = rebase::filled(ctx, &caller, &name).await?;
    let now = ctx.clock.now();
    let filling = Filling::read(ctx, ctx.db.read(), &kept, now).await?;
    let found = filling.readiness(&[]);
    // Whether the state and the time would let it pass, were nothing missing.
    let may_submit = kept
        .application
        .clone()
        .submit(Violations::new(), &filling.campaign, now)
        .is_ok();
    Ok(pb::Readiness {
        ready: may_submit && found.problems.is_empty(),
        missing: found.problems.iter().map(message::problem).collect(),
        checks: found
            .checks
            .iter()
            .map(|check| message::check(&FrozenCheck::from(check), &filling.dictionaries))
            .collect(),
        experience: Some(message::experience(&found.experience)),
    })
}
