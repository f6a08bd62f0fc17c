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
use crate::domain::registration::{Attempt, Proof, State};
use crate::rpc::{check_request_id, named};
use crate::secrets::token_hash;
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
    if matches!(proof, Wire::Code(_)) && seen.state(ctx.clock.now()) == State::Pending {
        take_guess(ctx, id).await?;
    }
    let (kind, secret) = match &proof {
        Wire::Code(code) => ("code", code),
        Wire::Token(token) => ("token", token),
    };
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
    if attempt.prove(matches, now, rules)? == Proof::Proven {
        store::registration::save_proven(write.tx(), id).await?;
        attempt.kept_state = State::EmailProven;
    }
    write.commit(show(&attempt, ctx)).await
}

fn parse(pb: &pb::ProveRegistrationEmailRequest) -> Result<(Uuid, Wire)> {
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
async fn take_guess(ctx: &Context, attempt: Uuid) -> Result<()> {
    let tx = ctx.db.begin().await?;
    let taken = store::registration::take_guess(&tx, attempt, ctx.config.registration.code_tries);
    let taken = taken.await?;
    let still_pending = || async {
        let seen = store::registration::find(&ctx.sealer, &tx, attempt).await?;
        Ok::<_, Error>(seen.is_some_and(|seen| seen.kept_state == State::Pending))
    };
    if !taken && still_pending().await? {
        return Err(Refusal::EmailCodeTriesSpent.into());
    }
    Ok(ctx.db.commit(tx).await?)
}

/// Hashes are compared, so how long it takes tells nothing of the secret.
fn is_sent_last(ctx: &Context, attempt: &Attempt, proof: &Wire, now: Timestamp) -> bool {
    match proof {
        Wire::Code(code) => {
            let hash = ctx.secrets.code_hash(&attempt.id.to_string(), code);
            hash == attempt.code_hash && now < attempt.code_expires
        }
        Wire::Token(token) => token_hash(token) == attempt.token_hash,
    }
}
