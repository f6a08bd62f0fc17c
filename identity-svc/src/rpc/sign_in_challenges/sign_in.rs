//! Signs in with the signature of a challenge, made with a key of an organisation.
//!
//! Everything that has to be asked of others is asked before the transaction; inside it the challenge is
//! taken by one statement, so that of two who bring one signature one gets in.

use chassis::caller::Caller;
use chassis::database::Together;
use chassis::once::{self, Once, Write};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use jiff::Timestamp;
use proto::identity::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use crate::domain::refusal::Refusal;
use crate::domain::session::{Holder, Session};
use crate::domain::signature::{Fault, Signer};
use crate::domain::signing_organisation::{Signatory, SigningOrganisation};
use crate::rpc::place::Place;
use crate::rpc::sessions::{Tokens, again, show};
use crate::rpc::throttle::{Throttle, What};
use crate::rpc::{check_request_id, named, signer};
use crate::secrets::hash;
use crate::store::signatory::TakenSignature;
use crate::{Context, signature, store};

const RPC: &str = "SignInWithSignature";
/// A challenge is two hundred bytes; four certificates are ten thousand.
const LONGEST: usize = 64 * 1024;

pub async fn sign_in(
    ctx: &Context,
    request: Request<pb::SignInWithSignatureRequest>,
) -> Result<pb::Session> {
    let (caller, place) = (Caller::of(&request), Place::of(ctx, &request));
    let pb = request.into_inner();
    let id = parse(&pb)?;
    let throttle = Throttle::of_address(ctx, What::Signature, &place);
    if let Some(throttle) = &throttle {
        throttle.check(ctx).await?;
    }
    let what = ctx
        .secrets
        .fingerprint(&[&pb.name, &hash(&pb.cms), &hash(&pb.content)]);
    let (db, clock) = (&ctx.db, &ctx.clock);
    // A repeat finds the challenge used: its answer comes first.
    match once::begin(db, clock, &caller, RPC, &pb.request_id, &what).await? {
        Once::Answered(answer) => return repeated(ctx, id, &answer).await,
        Once::Begun(write) => drop(write),
    }
    let signer = match signed(ctx, id, &pb).await {
        Err(Error::Refused(refusal)) => {
            if let Some(throttle) = &throttle {
                let tx = db.begin().await?;
                throttle.count(ctx, &tx).await?;
                db.commit(tx).await?;
            }
            return Err(Error::Refused(refusal));
        }
        signer => signer?,
    };

    let write = match once::begin(db, clock, &caller, RPC, &pb.request_id, &what).await? {
        Once::Answered(answer) => return repeated(ctx, id, &answer).await,
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), clock.now());
    let found = store::signing_organisation::lock(tx, signer.bin).await?;
    let organisation = found.ok_or(Refusal::SigningOrganisationUnknown)?;
    if !store::sign_in_challenge::take(tx, id, now).await? {
        let seen = store::sign_in_challenge::find(tx, id).await?;
        let seen = seen.ok_or_else(|| Error::NotFound(pb.name.clone()))?;
        seen.is_open(now)?;
        return Err(Error::InFlight);
    }
    let signatory = keep(ctx, &write, &pb, &signer, &organisation, now).await?;
    let mut session = session(ctx, &signer, &signatory, now);
    let mut rest = Together::default();
    let tokens = Tokens::open(ctx, &mut rest, &mut session, now);
    let detail = format!(
        "{} for {} as {}",
        signatory.name(),
        organisation.name(),
        signatory.role.as_str()
    );
    audit::record_with(&mut rest, clock, &caller, RPC, &session.name(), &detail);
    rest.run(tx).await?;
    // Tokens are not kept: a repeat gets new ones.
    write.commit(show(&session, now)).await?;
    Ok(tokens.show_with(&session, now))
}

/// New tokens, but only as long as the challenge lives: a signature is no secret, so whoever recorded the
/// call must not get in with it later.
async fn repeated(ctx: &Context, id: Uuid, answer: &pb::Session) -> Result<pb::Session> {
    let challenge = store::sign_in_challenge::find(ctx.db.read(), id).await?;
    let lives = challenge.is_some_and(|challenge| ctx.clock.now() < challenge.expires);
    if lives {
        again(ctx, answer).await
    } else {
        Err(Refusal::ChallengeUsed.into())
    }
}

fn parse(pb: &pb::SignInWithSignatureRequest) -> Result<Uuid> {
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let id = named(&mut violations, "name", "signInChallenges/*", &pb.name);
    if pb.cms.is_empty() {
        violations.add("cms", "REQUIRED");
    }
    for (field, bytes) in [("cms", &pb.cms), ("content", &pb.content)] {
        if bytes.len() > LONGEST {
            violations.add_with(field, "TOO_LONG", [("max", LONGEST.to_string())]);
        }
    }
    match id {
        Some(id) if violations.is_empty() => Ok(id),
        _ => Err(violations.into()),
    }
}

/// Who signed this challenge for an organisation that is registered and lets them.
async fn signed(ctx: &Context, id: Uuid, pb: &pb::SignInWithSignatureRequest) -> Result<Signer> {
    let now = ctx.clock.now();
    let challenge = store::sign_in_challenge::find(ctx.db.read(), id).await?;
    let challenge = challenge.ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    challenge.is_open(now)?;
    let attached = signature::content(&pb.cms).map_err(Refusal::Signature)?;
    let content = attached.unwrap_or_else(|| pb.content.to_vec());
    if hash(&content) != challenge.content_hash {
        return Err(Refusal::Signature(Fault::ContentDiffers).into());
    }
    signer::checked(ctx, &pb.cms, &content, now).await
}

/// Who signed, and the whole signature: it proves later what was let in now.
async fn keep(
    ctx: &Context,
    write: &Write,
    pb: &pb::SignInWithSignatureRequest,
    signer: &Signer,
    organisation: &SigningOrganisation,
    now: Timestamp,
) -> Result<Signatory> {
    let certificate = &signer.certificate;
    let (sealer, tx) = (&ctx.sealer, write.tx());
    let signatory = signer::keep(ctx, tx, signer, organisation, now).await?;
    let content = signature::content(&pb.cms).map_err(Refusal::Signature)?;
    let taken = TakenSignature {
        id: ctx.ids.uuid(),
        about: &pb.name,
        signatory: &signatory,
        content_hash: &hash(content.as_deref().unwrap_or(&pb.content)),
        cms: &pb.cms,
        serial: &certificate.serial,
        not_before: certificate.not_before,
        not_after: certificate.not_after,
        taken: now,
    };
    store::signatory::keep_signature(sealer, tx, &taken).await?;
    Ok(signatory)
}

/// Not beyond the certificate: nobody acts with a key that is over.
fn session(ctx: &Context, signer: &Signer, signatory: &Signatory, now: Timestamp) -> Session {
    let ends = now + ctx.config.lifetimes.absolute;
    let ends = ends.min(signer.certificate.not_after);
    Session {
        id: ctx.ids.uuid(),
        holder: Holder::Signatory {
            id: signatory.id,
            organisation: signatory.organisation,
        },
        created: now,
        ends,
        ended: None,
        generation: 1,
        access_expires: ends,
        refresh_expires: ends,
    }
}
