//! Proves that the mail arrived, by its code or the token of its link. Who proves it gets the token
//! that completes the recovery, and nobody else does: not who started it, either.

use chassis::caller::Caller;
use chassis::identifier::Iin;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result};
use pb::prove_recovery_request::Proof as Wire;
use proto::identity::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::owner::must_know_the_iin;
use super::{PATTERN, show, show_with};
use crate::domain::login;
use crate::domain::recovery::{Recovery, State};
use crate::domain::refusal::Refusal;
use crate::rpc::proof::{Proof, Sent, take_guess};
use crate::rpc::{check_request_id, named};
use crate::secrets::{new_token, token_hash};
use crate::store::proof::Provable;
use crate::{Context, store};

pub async fn prove(
    ctx: &Context,
    request: Request<pb::ProveRecoveryRequest>,
) -> Result<pb::Recovery> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (id, proof, iin) = parse(&pb)?;
    let not_found = || Error::NotFound(pb.name.clone());
    let seen = store::recovery::find(ctx.db.read(), id)
        .await?
        .ok_or_else(not_found)?;
    let most = ctx.config.recovery.code_tries;
    if proof.is_code()
        && seen.state(ctx.clock.now()) == State::Pending
        && !take_guess(ctx, Provable::Recovery, id, most).await?
    {
        return Err(Refusal::RecoveryTriesSpent.into());
    }
    let is_right = |of: &Recovery| {
        proof.is_of(ctx, id, &of.code_hash, &of.token_hash) && ctx.clock.now() < of.proofs_expire
    };
    if seen.state(ctx.clock.now()) == State::Pending && is_right(&seen) {
        must_know_the_iin(ctx, &seen, iin).await?;
    }
    let [kind, secret] = proof.parts();
    let stated = iin.map(|iin| iin.reveal()).unwrap_or_default();
    let what = ctx.secrets.fingerprint(&[&pb.name, kind, secret, &stated]);
    let (db, clock) = (&ctx.db, &ctx.clock);
    let rpc = "ProveRecovery";
    let write = match once::begin(db, clock, &caller, rpc, &pb.request_id, &what).await? {
        Once::Answered(answer) => return again(ctx, id, answer).await,
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), clock.now());
    let mut recovery = store::recovery::lock(tx, id).await?.ok_or_else(not_found)?;
    recovery.prove(is_right(&recovery), now, &ctx.config.recovery)?;
    let token = new_token(&ctx.ids);
    store::recovery::save_proven(tx, id, &token_hash(token.reveal())).await?;
    recovery.kept_state = State::Proven;
    // The token is not kept: a repeat gets another one.
    let shown = write.commit(show(&recovery, now)).await?;
    Ok(show_with(shown, token))
}

/// A new completion token for who proved it and lost the answer.
async fn again(ctx: &Context, id: Uuid, first: pb::Recovery) -> Result<pb::Recovery> {
    let tx = ctx.db.begin().await?;
    let recovery = store::recovery::lock(&tx, id).await?;
    let recovery = recovery.ok_or_else(|| Error::NotFound(first.name.clone()))?;
    let now = ctx.clock.now();
    if recovery.state(now) != State::Proven {
        return Ok(show(&recovery, now));
    }
    let token = new_token(&ctx.ids);
    store::recovery::save_proven(&tx, id, &token_hash(token.reveal())).await?;
    ctx.db.commit(tx).await?;
    Ok(show_with(first, token))
}

fn parse(pb: &pb::ProveRecoveryRequest) -> Result<(Uuid, Proof, Option<Iin>)> {
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let id = named(&mut violations, "name", PATTERN, &pb.name);
    let sent = pb.proof.as_ref().map(|proof| match proof {
        Wire::Code(code) => Sent::Code(code),
        Wire::Token(token) => Sent::Token(token),
    });
    let iin = Some(pb.iin.as_str()).filter(|iin| !iin.is_empty());
    let iin = iin.and_then(|iin| violations.take("iin", login::iin(iin)));
    match (id, Proof::parse(&mut violations, sent)) {
        (Some(id), Some(proof)) if violations.is_empty() => Ok((id, proof, iin)),
        _ => Err(violations.into()),
    }
}
