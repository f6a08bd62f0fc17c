//! Gives one's own account another password; every other session ends with the old one.

use chassis::caller::{Caller, Person};
use chassis::mask::Masked;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::identity::v1 as pb;
use tonic::Request;

use super::current_password::CurrentPassword;
use super::{Reader, kept, meant, show, show_again};
use crate::domain::account::Account;
use crate::domain::notice::Notice;
use crate::domain::password::{self, Owner};
use crate::domain::refusal::Refusal;
use crate::rpc::check_request_id;
use crate::rpc::place::Place;
use crate::{Context, inbox, store};

const RPC: &str = "ChangePassword";

pub async fn change_password(
    ctx: &Context,
    request: Request<pb::ChangePasswordRequest>,
) -> Result<pb::Account> {
    let (caller, place) = (Caller::of(&request), Place::of(ctx, &request));
    let pb = request.into_inner();
    let (account, current, new) = parse(ctx, &caller, &pb).await?;
    let what = [pb.name.as_str(), current.reveal(), new.reveal()];
    let what = ctx.secrets.fingerprint(&what);
    let (db, clock) = (&ctx.db, &ctx.clock);
    // A repeat comes with a password that is not the one of today any more: its answer comes first.
    match once::begin(db, clock, &caller, RPC, &pb.request_id, &what).await? {
        Once::Answered(answer) => return show_again(ctx, &answer, Reader::Owner).await,
        Once::Begun(write) => drop(write),
    }
    let guess = CurrentPassword::new(ctx, account.id, &place);
    let before = guess.check(ctx, &current).await?;
    let after = ctx.hasher.hash(&new, &ctx.ids).await?;

    let write = match once::begin(db, clock, &caller, RPC, &pb.request_id, &what).await? {
        Once::Answered(answer) => return show_again(ctx, &answer, Reader::Owner).await,
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), clock.now());
    let Person { session, .. } = caller.person()?;
    // The account before its sessions, as everywhere: two changes at once wait for each other here.
    if !store::account::save_password_hash(tx, account.id, &before, &after).await? {
        return Err(Refusal::CurrentPasswordWrong.into());
    }
    store::session::lock_active(tx, *session, now).await?;
    let ended = store::session::end_others(tx, account.id, *session, now).await?;
    guess.forget(tx).await?;
    let detail = format!("other sessions ended: {ended}");
    audit::record(tx, clock, &caller, RPC, &account.name(), &detail).await?;
    let notice = Notice::PasswordChanged { time: now };
    inbox::tell(ctx, tx, account.id, &account.name(), notice).await?;
    write.commit(kept(account.id)).await?;
    Ok(show(&account, Reader::Owner))
}

/// What is wrong with the new password is told together with the rest.
async fn parse(
    ctx: &Context,
    caller: &Caller,
    pb: &pb::ChangePasswordRequest,
) -> Result<(Account, Masked<String>, Masked<String>)> {
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let id = meant(&mut violations, "name", caller, &pb.name);
    let account = match id.filter(|id| caller.is(*id)) {
        Some(id) => store::account::find(&ctx.sealer, ctx.db.read(), id).await?,
        None => None,
    };
    let field = "current_password";
    let current = password::sent(&mut violations, field, &pb.current_password);
    let owner = account.as_ref().map_or(Owner::NOBODY, Owner::of);
    let new = password::check(&mut violations, "new_password", &pb.new_password, owner);
    if !new.reveal().is_empty() && new == current {
        violations.add("new_password", "PASSWORD_UNCHANGED");
    }
    violations.into_result()?;
    let account = account.ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    Ok((account, current, new))
}
