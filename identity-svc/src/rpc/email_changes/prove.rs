//! Proves the new address in the session that began the change. The account has it from then on, and
//! every session ends: who changed the address signs in again.

use chassis::caller::{Caller, Person};
use chassis::mask::Email;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use pb::prove_email_change_request::Proof as Wire;
use proto::identity::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::{meant, show};
use crate::domain::email_change::State;
use crate::domain::notice::Notice;
use crate::domain::refusal::Refusal;
use crate::rpc::check_request_id;
use crate::rpc::proof::{Proof, Sent, take_guess};
use crate::store::proof::Provable;
use crate::{Context, letters, store};

const RPC: &str = "ProveEmailChange";

pub async fn prove(
    ctx: &Context,
    request: Request<pb::ProveEmailChangeRequest>,
) -> Result<pb::EmailChange> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (account, id, proof) = parse(&caller, &pb)?;
    let not_found = || Error::NotFound(pb.name.clone());
    let Person { session, .. } = caller.person()?;
    let seen = store::email_change::find(&ctx.sealer, ctx.db.read(), id).await?;
    let seen = seen.filter(|it| it.account == account && caller.is(account));
    let seen = seen.ok_or_else(not_found)?;
    let rules = &ctx.config.email_change;
    if proof.is_code()
        && seen.may_prove(*session, ctx.clock.now()).is_ok()
        && !take_guess(ctx, Provable::EmailChange, id, rules.code_tries).await?
    {
        return Err(Refusal::EmailChangeTriesSpent.into());
    }
    let [kind, secret] = proof.parts();
    let what = ctx.secrets.fingerprint(&[&pb.name, kind, secret]);
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, RPC, &pb.request_id, &what).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), clock.now());
    // The account before its sessions and its changes, as everywhere.
    let mut owner = store::account::lock(&ctx.sealer, tx, account)
        .await?
        .ok_or_else(not_found)?;
    store::session::lock_active(tx, *session, now).await?;
    let mut change = store::email_change::lock(&ctx.sealer, tx, id)
        .await?
        .ok_or_else(not_found)?;
    change.may_prove(*session, now)?;
    if !proof.is_of(ctx, id, &change.code_hash, &change.token_hash) {
        return Err(change.wrong(rules).into());
    }
    let before = owner.email.clone();
    owner.email = Email::parse(change.email.reveal())
        .map_err(|_| Error::Internal(anyhow::anyhow!("a change holds no address")))?;
    if !store::account::save_email(&ctx.sealer, tx, &owner, &change.email_index).await? {
        // Somebody registered with it since the mail was sent: they have proven it too.
        return Err(Refusal::AccountExists.into());
    }
    store::email_change::end_pending(tx, account, State::Completed).await?;
    change.kept_state = State::Completed;
    let ended = store::session::end_all(tx, account, now).await?;
    // What was mailed to the old address opens the account no more.
    store::recovery::expire_of(tx, account).await?;
    let detail = format!("sessions ended: {ended}");
    audit::record(tx, clock, &caller, RPC, &owner.name(), &detail).await?;
    let notice = Notice::EmailChanged { time: now };
    letters::tell_at(ctx, tx, &owner, before.reveal(), notice).await?;
    write.commit(show(&change, now)).await
}

fn parse(caller: &Caller, pb: &pb::ProveEmailChangeRequest) -> Result<(Uuid, Uuid, Proof)> {
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let ids = meant(&mut violations, caller, &pb.name);
    let sent = pb.proof.as_ref().map(|proof| match proof {
        Wire::Code(code) => Sent::Code(code),
        Wire::Token(token) => Sent::Token(token),
    });
    match (ids, Proof::parse(&mut violations, sent)) {
        (Some((account, id)), Some(proof)) if violations.is_empty() => Ok((account, id, proof)),
        _ => Err(violations.into()),
    }
}
