//! RevokeCertificate: by a decision that is named.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::rpc::{enums, parse};
use crate::{Context, events, store};

/// Characters of the note at most.
const LONGEST_NOTE: usize = 500;

pub async fn revoke(
    ctx: &Context,
    request: Request<pb::RevokeCertificateRequest>,
) -> Result<pb::Certificate> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = parse::certificate(&mut violations, &pb.name);
    let reason = enums::from_revoke_reason;
    let reason = parse::word(&mut violations, "reason", pb.reason, reason);
    let note = violations.text("note", &pb.note, LONGEST_NOTE);
    let version = parse::etag(&mut violations, &pb.etag);
    parse::request_id(&mut violations, &pb.request_id);
    let (Some(id), Some(reason), true) = (id, reason, violations.is_empty()) else {
        return Err(violations.into());
    };
    let rpc = "RevokeCertificate";
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, rpc, &pb.request_id, &pb).await? {
        Once::Answered(certificate) => return Ok(certificate),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    // Its result comes first, as where the next one is issued.
    let known = store::certificate::find(tx, id).await?;
    let known = known.ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    store::stage_result::lock(tx, known.certificate.result).await?;
    let kept = store::certificate::lock(tx, id).await?;
    let mut kept = kept.ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    let one = &mut kept.certificate;
    if version.is_some_and(|version| version != one.version) {
        return Err(Error::Stale {
            name: pb.name,
            current: parse::written_etag(one.version),
        });
    }
    one.revoke(reason, clock.now())?;
    store::certificate::finish(tx, one, Some(&note)).await?;
    one.version += 1;
    audit::record(tx, clock, &caller, rpc, &one.name(), reason.as_str()).await?;
    events::certificate_revoked(ctx, tx, one, &kept.terms.title, reason).await?;
    write.commit(written(&kept)?).await
}
