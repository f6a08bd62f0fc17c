//! Takes the signature of what a service asked an organisation to sign.
//!
//! Everything that has to be asked of others is asked before the transaction. A signature that is there is
//! answered as it is: it was good when it was taken, and nothing that happened since makes it another.

use chassis::caller::Caller;
use chassis::identifier::Bin;
use chassis::mask::Masked;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::identity::v1 as pb;
use tonic::Request;

use super::show;
use crate::domain::refusal::Refusal;
use crate::domain::signature::{ActSignature, Signer};
use crate::domain::signing_organisation::{Act, is_act};
use crate::rpc::{check_request_id, signer};
use crate::secrets::hash;
use crate::signature::{self, LONGEST_CMS};
use crate::{Context, store};

const RPC: &str = "CreateSignature";
/// An application with everything that can be in it is a quarter of it.
const LONGEST_CONTENT: usize = 256 * 1024;

/// What was sent, read.
struct Sent {
    bin: Bin,
    content_hash: String,
    cms_hash: String,
}

enum Taken {
    Before(Box<ActSignature>),
    Now(Box<Signer>),
}

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateSignatureRequest>,
) -> Result<pb::Signature> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let sent = parse(&pb)?;
    let what = ctx.secrets.fingerprint(&[
        &sent.content_hash,
        &sent.cms_hash,
        &pb.bin,
        &pb.purpose,
        &pb.act,
    ]);
    let (db, clock) = (&ctx.db, &ctx.clock);
    // Whoever repeats a call gets its answer, even if nobody could be asked any more.
    match once::begin(db, clock, &caller, RPC, &pb.request_id, &what).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => drop(write),
    }
    let sealer = &ctx.sealer;
    let same = [&sent.content_hash, &sent.cms_hash, &pb.purpose];
    let taken = match store::signature::same(sealer, db.read(), same).await? {
        Some(before) => Taken::Before(Box::new(before)),
        None => Taken::Now(Box::new(signed(ctx, &sent, &pb).await?)),
    };

    let write = match once::begin(db, clock, &caller, RPC, &pb.request_id, &what).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    // Who comes second waits here, and then finds the first one's.
    let found = store::signing_organisation::lock(tx, sent.bin).await?;
    let organisation = found.ok_or(Refusal::SigningOrganisationUnknown)?;
    let signer = match taken {
        Taken::Before(before) => return write.commit(again(&before, &sent)?).await,
        Taken::Now(signer) => signer,
    };
    if let Some(before) = store::signature::same(sealer, tx, same).await? {
        return write.commit(again(&before, &sent)?).await;
    }
    let now = clock.now();
    let role = organisation.role_for(&signer, act(&pb))?;
    let signatory = signer::keep(ctx, tx, &signer, &organisation, now).await?;
    let signature = ActSignature {
        id: ctx.ids.uuid(),
        signatory: signatory.id,
        organisation: signer.bin,
        purpose: pb.purpose.clone(),
        content_hash: sent.content_hash.clone(),
        cms_hash: sent.cms_hash.clone(),
        role,
        serial: signer.certificate.serial,
        issuer: signer.certificate.issuer,
        not_before: signer.certificate.not_before,
        not_after: signer.certificate.not_after,
        stated: signature::stated_time(&pb.cms),
        received: now,
        cms: Masked::new(pb.cms.to_vec()),
    };
    if !store::signature::insert(sealer, tx, &signature).await? {
        return Err(Error::InFlight);
    }
    let detail = format!(
        "{} by {} for {} as {}",
        signature.purpose,
        signatory.name(),
        organisation.name(),
        signature.role.as_str()
    );
    audit::record(tx, clock, &caller, RPC, &signature.name(), &detail).await?;
    write.commit(show(&signature)).await
}

fn parse(pb: &pb::CreateSignatureRequest) -> Result<Sent> {
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    for (field, bytes, most) in [
        ("content", &pb.content, LONGEST_CONTENT),
        ("cms", &pb.cms, LONGEST_CMS),
    ] {
        if bytes.is_empty() {
            violations.add(field, "REQUIRED");
        }
        if bytes.len() > most {
            violations.add_with(field, "TOO_LONG", [("max", most.to_string())]);
        }
    }
    let bin = match pb.bin.as_str() {
        "" => Err("REQUIRED"),
        bin => Bin::parse(bin),
    };
    let bin = violations.take("bin", bin);
    match pb.purpose.as_str() {
        "" => violations.add("purpose", "REQUIRED"),
        purpose if !chassis::name::is_slug(purpose) => violations.add("purpose", "INVALID_FORMAT"),
        _ => &mut violations,
    };
    if !pb.act.is_empty() && !is_act(&pb.act) {
        violations.add("act", "INVALID_FORMAT");
    }
    match bin {
        Some(bin) if violations.is_empty() => Ok(Sent {
            bin,
            content_hash: hash(&pb.content),
            cms_hash: hash(&pb.cms),
        }),
        _ => Err(violations.into()),
    }
}

/// What is signed, by the name that an organisation's rules know it by.
fn act(pb: &pb::CreateSignatureRequest) -> Act<'_> {
    let name = match pb.act.as_str() {
        "" => &pb.purpose,
        act => act,
    };
    Act {
        name,
        is_binding: pb.binding,
    }
}

/// The first answer, for the organisation whose signature it is.
fn again(before: &ActSignature, sent: &Sent) -> Result<pb::Signature> {
    if before.organisation == sent.bin {
        Ok(show(before))
    } else {
        Err(Refusal::SignatureOfAnotherOrganisation.into())
    }
}

/// Who signed these bytes for this organisation, which is registered and lets them.
async fn signed(ctx: &Context, sent: &Sent, pb: &pb::CreateSignatureRequest) -> Result<Signer> {
    let now = ctx.clock.now();
    let signer = signer::checked(ctx, &pb.cms, &pb.content, now).await?;
    if signer.bin != sent.bin {
        return Err(Refusal::SignatureOfAnotherOrganisation.into());
    }
    Ok(signer)
}
