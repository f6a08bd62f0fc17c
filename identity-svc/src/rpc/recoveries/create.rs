//! Starts a recovery. Whether anybody has the login is not looked up here, so neither the answer nor
//! the time it takes can tell.

use chassis::Result;
use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::identity::v1 as pb;
use tonic::Request;

use super::show;
use crate::domain::login;
use crate::domain::recovery::{Recovery, State};
use crate::rpc::check_request_id;
use crate::rpc::place::Place;
use crate::rpc::throttle::{Throttle, What};
use crate::{Context, events, store};

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateRecoveryRequest>,
) -> Result<pb::Recovery> {
    let (caller, place) = (Caller::of(&request), Place::of(ctx, &request));
    let pb = request.into_inner();
    let wanted = pb.recovery.unwrap_or_default();
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let login = violations.text("recovery.login", &wanted.login, login::LONGEST_EMAIL);
    let login = login::normal(&login);
    violations.into_result()?;
    let throttle = Throttle::new(ctx, What::Recovery, &login, &place);
    throttle.check(ctx).await?;

    let what = ctx.secrets.fingerprint(&[&login]);
    let (db, clock) = (&ctx.db, &ctx.clock);
    let rpc = "CreateRecovery";
    let write = match once::begin(db, clock, &caller, rpc, &pb.request_id, &what).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let now = clock.now();
    let is_first = throttle.count(ctx, write.tx()).await?;
    let recovery = Recovery {
        id: ctx.ids.uuid(),
        kept_state: State::Pending,
        iin_index: ctx.secrets.iin_index(&login),
        email_index: ctx.secrets.email_index(&login),
        account: None,
        code_hash: String::new(),
        token_hash: String::new(),
        proofs_expire: now,
        code_tries: 0,
        completion_hash: String::new(),
        is_first,
        created: now,
        expires: now + ctx.config.recovery.life,
    };
    store::recovery::insert(write.tx(), &recovery).await?;
    events::publish::recovery_started(ctx, write.tx(), &recovery.name()).await?;
    write.commit(show(&recovery, now)).await
}
