//! Mails a new code and a new link; the ones before stop working.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{PATTERN, may_send, put_into, send, show};
use crate::rpc::place::Place;
use crate::rpc::proof::Secret;
use crate::rpc::throttle::{Throttle, What};
use crate::rpc::{check_request_id, named};
use crate::{Context, store};

pub async fn resend(
    ctx: &Context,
    request: Request<pb::ResendRegistrationCodeRequest>,
) -> Result<pb::RegistrationAttempt> {
    let (caller, place) = (Caller::of(&request), Place::of(ctx, &request));
    let pb = request.into_inner();
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let id = named(&mut violations, "name", PATTERN, &pb.name);
    violations.into_result()?;
    let not_found = || Error::NotFound(pb.name.clone());
    let id = id.ok_or_else(not_found)?;

    let (db, clock) = (&ctx.db, &ctx.clock);
    let rpc = "ResendRegistrationCode";
    let write = match once::begin(db, clock, &caller, rpc, &pb.request_id, &pb).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let mut attempt = store::registration::lock(&ctx.sealer, write.tx(), id)
        .await?
        .ok_or_else(not_found)?;
    let now = clock.now();
    attempt.may_resend(now, &ctx.config.registration)?;
    let throttle = Throttle::new(ctx, What::Registration, attempt.email.reveal(), &place);
    let is_first = throttle.count(ctx, write.tx()).await?;
    // The mail before stays good where there is no other.
    may_send(ctx, write.tx(), &attempt, is_first).await??;
    let secret = Secret::new(ctx);
    put_into(&secret, ctx, &mut attempt, now);
    store::registration::save_mailed(write.tx(), &attempt).await?;
    send(&secret, ctx, write.tx(), &attempt).await?;
    write.commit(show(&attempt, ctx)).await
}
