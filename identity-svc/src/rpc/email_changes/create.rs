//! Starts a change of one's own address. Whether anybody has the new one is not looked up here, so
//! neither the answer nor the time it takes can tell.

use chassis::caller::{Caller, Person};
use chassis::mask::{Email, Masked};
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::identity::v1 as pb;
use tonic::Request;

use super::show;
use crate::domain::account::Account;
use crate::domain::email_change::{EmailChange, State};
use crate::domain::notice::Notice;
use crate::domain::refusal::Refusal;
use crate::domain::{login, password};
use crate::rpc::accounts::current_password::CurrentPassword;
use crate::rpc::accounts::meant;
use crate::rpc::check_request_id;
use crate::rpc::place::Place;
use crate::rpc::throttle::{Throttle, What};
use crate::{Context, events, inbox, store};

const RPC: &str = "CreateEmailChange";

/// A request without mistakes.
struct Wanted {
    account: Account,
    email: Email,
    password: Masked<String>,
}

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateEmailChangeRequest>,
) -> Result<pb::EmailChange> {
    let (caller, place) = (Caller::of(&request), Place::of(ctx, &request));
    let pb = request.into_inner();
    let wanted = parse(ctx, &caller, &pb).await?;
    let what = [
        pb.parent.as_str(),
        wanted.email.reveal(),
        wanted.password.reveal(),
    ];
    let what = ctx.secrets.fingerprint(&what);
    let (db, clock) = (&ctx.db, &ctx.clock);
    // A repeat is no new start, and its password no new guess: its answer comes first.
    match once::begin(db, clock, &caller, RPC, &pb.request_id, &what).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => drop(write),
    }
    let (id, name) = (wanted.account.id, wanted.account.name());
    let starts = Throttle::new(ctx, What::EmailChange, &name, &place);
    starts.check(ctx).await?;
    let guess = CurrentPassword::new(ctx, id, &place);
    let hash = guess.check(ctx, &wanted.password).await?;

    let write = match once::begin(db, clock, &caller, RPC, &pb.request_id, &what).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), clock.now());
    let Person { session, .. } = caller.person()?;
    // The account before its sessions and its changes, as everywhere.
    if !store::account::lock_password_hash(tx, id, &hash).await? {
        return Err(Refusal::CurrentPasswordWrong.into());
    }
    store::session::lock_active(tx, *session, now).await?;
    let change = EmailChange {
        id: ctx.ids.uuid(),
        account: id,
        session: *session,
        kept_state: State::Pending,
        email: Masked::new(wanted.email.reveal().to_owned()),
        email_index: ctx.secrets.email_index(wanted.email.reveal()),
        code_hash: String::new(),
        token_hash: String::new(),
        code_tries: 0,
        created: now,
        expires: now + ctx.config.email_change.life,
    };
    store::email_change::insert(&ctx.sealer, tx, &change).await?;
    starts.count(ctx, tx).await?;
    guess.forget(tx).await?;
    events::publish::email_change_started(ctx, tx, &change.name()).await?;
    audit::record(tx, clock, &caller, RPC, &change.name(), "").await?;
    // To the address of today: if it was not its owner, they learn of it in time.
    let notice = Notice::EmailChangeStarted { time: now };
    inbox::tell(ctx, tx, id, &change.name(), notice).await?;
    write.commit(show(&change, now)).await
}

async fn parse(
    ctx: &Context,
    caller: &Caller,
    pb: &pb::CreateEmailChangeRequest,
) -> Result<Wanted> {
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let id = meant(&mut violations, "parent", caller, &pb.parent);
    let account = match id.filter(|id| caller.is(*id)) {
        Some(id) => store::account::find(&ctx.sealer, ctx.db.read(), id).await?,
        None => None,
    };
    let field = "email_change.email";
    let change = pb.email_change.clone().unwrap_or_default();
    let email = violations.take(field, login::email(&change.email));
    if let (Some(email), Some(account)) = (&email, &account)
        && *email == account.email
    {
        violations.add(field, "EMAIL_UNCHANGED");
    }
    let field = "current_password";
    let password = password::sent(&mut violations, field, &pb.current_password);
    violations.into_result()?;
    let not_found = || Error::NotFound(pb.parent.clone());
    Ok(Wanted {
        account: account.ok_or_else(not_found)?,
        email: email.ok_or_else(not_found)?,
        password,
    })
}
