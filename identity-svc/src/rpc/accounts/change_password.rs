//! Gives one's own account another password; every other session ends with the old one.

use chassis::caller::{Caller, Person};
use chassis::mask::Masked;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{Reader, kept, meant, show, show_again};
use crate::domain::account::Account;
use crate::domain::notice::Notice;
use crate::domain::password;
use crate::domain::refusal::Refusal;
use crate::domain::session::State;
use crate::domain::throttle::Failures;
use crate::rpc::check_request_id;
use crate::{Context, inbox, store};

const RPC: &str = "ChangePassword";

pub async fn change_password(
    ctx: &Context,
    request: Request<pb::ChangePasswordRequest>,
) -> Result<pb::Account> {
    let caller = Caller::of(&request);
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
    let before = check(ctx, &account, &current).await?;
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
    // The token may be a minute old: who was signed out since changes nothing.
    let live = store::session::lock(tx, *session).await?;
    if live.is_none_or(|live| live.state(now) != State::Active) {
        return Err(Error::Unauthenticated("SESSION_ENDED"));
    }
    let ended = store::session::end_others(tx, account.id, *session, now).await?;
    store::failure::forget(tx, &guesses(ctx, &account)).await?;
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
    if pb.current_password.is_empty() {
        violations.add("current_password", "REQUIRED");
    } else if pb.current_password.len() > password::LONGEST_SENT {
        let max = [("max", password::LONGEST.to_string())];
        violations.add_with("current_password", "TOO_LONG", max);
    }
    let current = password::normal(&pb.current_password);
    let iin = account.as_ref().map(|it| it.iin.reveal().as_str());
    let email = account.as_ref().map(|it| &it.email);
    let new = password::check(
        &mut violations,
        "new_password",
        &pb.new_password,
        iin,
        email,
    );
    if !new.reveal().is_empty() && new == current {
        violations.add("new_password", "PASSWORD_UNCHANGED");
    }
    violations.into_result()?;
    let account = account.ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    Ok((account, current, new))
}

/// The hash that the current password belongs to. Wrong ones delay the next, as at signing in.
async fn check(
    ctx: &Context,
    account: &Account,
    current: &Masked<String>,
) -> Result<Masked<String>> {
    let guesses = guesses(ctx, account);
    let failures = store::failure::find(ctx.db.read(), &guesses).await?;
    if let Some(retry_time) = failures.and_then(|failures| failures.wait_until(ctx.clock.now())) {
        return Err(Refusal::RateLimited { retry_time }.into());
    }
    let hash = store::account::password_hash(ctx.db.read(), account.id).await?;
    if ctx.hasher.verify(current, hash.as_ref()).await? {
        return hash.ok_or_else(|| Error::NotFound(account.name()));
    }
    let tx = ctx.db.begin().await?;
    let before = store::failure::lock(&tx, &guesses).await?;
    let failures = Failures::after(before, ctx.clock.now());
    store::failure::save(&tx, &guesses, failures).await?;
    ctx.db.commit(tx).await?;
    Err(Refusal::CurrentPasswordWrong.into())
}

/// Counted apart from signing in: a stranger there must not keep the owner from changing it here.
fn guesses(ctx: &Context, account: &Account) -> String {
    ctx.secrets.login_index(&account.name())
}
