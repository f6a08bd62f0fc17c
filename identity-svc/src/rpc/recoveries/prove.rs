//! Proves that the mail arrived, by its code or the token of its link. Who proves it gets the token
//! that completes the recovery, and nobody else does: not who started it, either.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result};
use jiff::Timestamp;
use pb::prove_recovery_request::Proof as Wire;
use proto::identity::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::{PATTERN, show, show_with};
use crate::domain::recovery::{Recovery, State};
use crate::domain::refusal::Refusal;
use crate::rpc::{check_request_id, named};
use crate::secrets::{new_token, token_hash};
use crate::{Context, store};

pub async fn prove(
    ctx: &Context,
    request: Request<pb::ProveRecoveryRequest>,
) -> Result<pb::Recovery> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (id, proof) = parse(&pb)?;
    let not_found = || Error::NotFound(pb.name.clone());
    let seen = store::recovery::find(ctx.db.read(), id)
        .await?
        .ok_or_else(not_found)?;
    if matches!(proof, Wire::Code(_)) && seen.state(ctx.clock.now()) == State::Pending {
        take_guess(ctx, id).await?;
    }
    let (kind, secret) = match &proof {
        Wire::Code(code) => ("code", code),
        Wire::Token(token) => ("token", token),
    };
    let what = ctx.secrets.fingerprint(&[&pb.name, kind, secret]);
    let (db, clock) = (&ctx.db, &ctx.clock);
    let rpc = "ProveRecovery";
    let write = match once::begin(db, clock, &caller, rpc, &pb.request_id, &what).await? {
        Once::Answered(answer) => return again(ctx, id, answer).await,
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), clock.now());
    let mut recovery = store::recovery::lock(tx, id).await?.ok_or_else(not_found)?;
    let matches = is_of_the_mail(ctx, &recovery, &proof, now);
    recovery.prove(matches, now, &ctx.config.recovery)?;
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

fn parse(pb: &pb::ProveRecoveryRequest) -> Result<(Uuid, Wire)> {
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let id = named(&mut violations, "name", PATTERN, &pb.name);
    let proof = match &pb.proof {
        Some(Wire::Code(code)) => {
            let code = code.trim().to_owned();
            if code.len() != 6 || !code.bytes().all(|digit| digit.is_ascii_digit()) {
                violations.add("code", "EMAIL_CODE_FORMAT");
            }
            Some(Wire::Code(code))
        }
        Some(Wire::Token(token)) if !token.is_empty() => {
            Some(Wire::Token(violations.optional_text("token", token, 128)))
        }
        _ => {
            violations.add("code", "REQUIRED");
            None
        }
    };
    match (id, proof) {
        (Some(id), Some(proof)) if violations.is_empty() => Ok((id, proof)),
        _ => Err(violations.into()),
    }
}

/// Counts the guess before it is looked at, in a transaction of its own: a wrong one undoes
/// everything else.
async fn take_guess(ctx: &Context, recovery: Uuid) -> Result<()> {
    let tx = ctx.db.begin().await?;
    let taken = store::recovery::take_guess(&tx, recovery, ctx.config.recovery.code_tries).await?;
    if !taken {
        let seen = store::recovery::find(&tx, recovery).await?;
        if seen.is_some_and(|seen| seen.kept_state == State::Pending) {
            return Err(Refusal::RecoveryTriesSpent.into());
        }
    }
    Ok(ctx.db.commit(tx).await?)
}

/// Hashes are compared, so how long it takes tells nothing of the secret.
fn is_of_the_mail(ctx: &Context, recovery: &Recovery, proof: &Wire, now: Timestamp) -> bool {
    let same = match proof {
        Wire::Code(code) => {
            ctx.secrets.code_hash(&recovery.id.to_string(), code) == recovery.code_hash
        }
        Wire::Token(token) => token_hash(token) == recovery.token_hash,
    };
    same && now < recovery.proofs_expire
}
