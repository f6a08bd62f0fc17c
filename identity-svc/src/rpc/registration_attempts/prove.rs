//! Proves the e-mail address by the code or by the token of the link.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result};
use jiff::Timestamp;
use pb::prove_registration_email_request::Proof as Wire;
use proto::identity::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::{PATTERN, show};
use crate::domain::refusal::Refusal;
use crate::domain::registration::{Attempt, Proof as Done, State};
use crate::rpc::proof::{Proof, Sent, take_guess};
use crate::rpc::{check_request_id, named};
use crate::store::proof::Provable;
use crate::{Context, store};

pub async fn prove(
    ctx: &Context,
    request: Request<pb::ProveRegistrationEmailRequest>,
) -> Result<pb::RegistrationAttempt> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (id, proof) = parse(&pb)?;
    let not_found = || Error::NotFound(pb.name.clone());
    let rules = &ctx.config.registration;

    let seen = store::registration::find(&ctx.sealer, ctx.db.read(), id)
        .await?
        .ok_or_else(not_found)?;
    if proof.is_code()
        && seen.state(ctx.clock.now()) == State::Pending
        && !take_guess(ctx, Provable::RegistrationAttempt, id, rules.code_tries).await?
    {
        return Err(Refusal::EmailCodeTriesSpent.into());
    }
    let [kind, secret] = proof.parts();
    let what = ctx.secrets.fingerprint(&[&pb.name, kind, secret]);
    let (db, clock) = (&ctx.db, &ctx.clock);
    let rpc = "ProveRegistrationEmail";
    let write = match once::begin(db, clock, &caller, rpc, &pb.request_id, &what).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let mut attempt = store::registration::lock(&ctx.sealer, write.tx(), id)
        .await?
        .ok_or_else(not_found)?;
    let now = clock.now();
    let matches = is_sent_last(ctx, &attempt, &proof, now);
    if attempt.prove(matches, now, rules)? == Done::Proven {
        store::registration::save_proven(write.tx(), id).await?;
        attempt.kept_state = State::EmailProven;
    }
    write.commit(show(&attempt, ctx)).await
}

fn parse(pb: &pb::ProveRegistrationEmailRequest) -> Result<(Uuid, Proof)> {
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let id = named(&mut violations, "name", PATTERN, &pb.name);
    let sent = pb.proof.as_ref().map(|proof| match proof {
        Wire::Code(code) => Sent::Code(code),
        Wire::Token(token) => Sent::Token(token),
    });
    match (id, Proof::parse(&mut violations, sent)) {
        (Some(id), Some(proof)) if violations.is_empty() => Ok((id, proof)),
        _ => Err(violations.into()),
    }
}

/// The link is good for as long as the attempt, the short code is not.
fn is_sent_last(ctx: &Context, attempt: &Attempt, proof: &Proof, now: Timestamp) -> bool {
    proof.is_of(ctx, attempt.id, &attempt.code_hash, &attempt.token_hash)
        && (!proof.is_code() || now < attempt.code_expires)
}
