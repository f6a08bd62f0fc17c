//! Sets the new password; every session of the account ends.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{PATTERN, show};
use crate::domain::notice::Notice;
use crate::domain::password::{self, Owner};
use crate::domain::recovery::State;
use crate::rpc::place::Place;
use crate::rpc::throttle::{Throttle, What};
use crate::rpc::{check_request_id, named};
use crate::secrets::token_hash;
use crate::{Context, inbox, store};

const RPC: &str = "CompleteRecovery";

pub async fn complete(
    ctx: &Context,
    request: Request<pb::CompleteRecoveryRequest>,
) -> Result<pb::Recovery> {
    let (caller, place) = (Caller::of(&request), Place::of(ctx, &request));
    let pb = request.into_inner();
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let id = named(&mut violations, "name", PATTERN, &pb.name);
    violations.text("completion_token", &pb.completion_token, 128);
    if pb.new_password.len() > password::LONGEST_SENT {
        let max = [("max", password::LONGEST.to_string())];
        violations.add_with("new_password", "TOO_LONG", max);
    }
    violations.into_result()?;
    let not_found = || Error::NotFound(pb.name.clone());
    let id = id.ok_or_else(not_found)?;
    let what = [&pb.name, &pb.completion_token, &pb.new_password].map(String::as_str);
    let what = ctx.secrets.fingerprint(&what);
    let (db, clock) = (&ctx.db, &ctx.clock);
    // A repeat finds the recovery completed: its answer comes first.
    match once::begin(db, clock, &caller, RPC, &pb.request_id, &what).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => drop(write),
    }
    let completion_hash = token_hash(pb.completion_token.trim());
    let seen = store::recovery::find(ctx.db.read(), id)
        .await?
        .ok_or_else(not_found)?;
    let account = seen.complete(&completion_hash, clock.now())?;
    let account = store::account::find(&ctx.sealer, ctx.db.read(), account)
        .await?
        .ok_or_else(not_found)?;
    let mut violations = Violations::new();
    let owner = Owner::of(&account);
    let new = password::check(&mut violations, "new_password", &pb.new_password, owner);
    violations.into_result()?;
    let hash = ctx.hasher.hash(&new, &ctx.ids).await?;

    let write = match once::begin(db, clock, &caller, RPC, &pb.request_id, &what).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), clock.now());
    // The account before its recoveries: two that are completed at once wait for each other here.
    store::account::replace_password_hash(tx, account.id, &hash).await?;
    let mut recovery = store::recovery::lock(tx, id).await?.ok_or_else(not_found)?;
    recovery.complete(&completion_hash, now)?;
    store::recovery::save_completed(tx, id, account.id).await?;
    store::account_opening::save_claimed(tx, account.id, now).await?;
    recovery.kept_state = State::Completed;
    let ended = store::session::end_all(tx, account.id, now).await?;
    // Who just set a password does not wait for the wrong ones before it.
    let name = account.name();
    for login in [account.iin.reveal().as_str(), account.email.reveal(), &name] {
        let throttle = Throttle::new(ctx, What::Password, login, &place);
        throttle.forget(tx).await?;
    }
    let detail = format!("sessions ended: {ended}");
    audit::record(tx, clock, &caller, RPC, &account.name(), &detail).await?;
    let notice = Notice::PasswordRecovered { time: now };
    inbox::tell(ctx, tx, account.id, &account.name(), notice).await?;
    write.commit(show(&recovery, now)).await
}
