//! ReissueCertificate: another takes the place of one that was revoked, with what is right by then.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::domain::Change;
use crate::rpc::parse;
use crate::{Context, store};

pub async fn reissue(
    ctx: &Context,
    request: Request<pb::ReissueCertificateRequest>,
) -> Result<pb::Certificate> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = parse::certificate(&mut violations, &pb.name);
    let version = parse::etag(&mut violations, &pb.etag);
    parse::request_id(&mut violations, &pb.request_id);
    let (Some(id), true) = (id, violations.is_empty()) else {
        return Err(violations.into());
    };
    let rpc = "ReissueCertificate";
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, rpc, &pb.request_id, &pb).await? {
        Once::Answered(certificate) => return Ok(certificate),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    // Its result comes first, as where the next one is issued.
    let not_found = || Error::NotFound(pb.name.clone());
    let known = store::certificate::find(tx, id).await?;
    let result = known.ok_or_else(not_found)?.certificate.result;
    store::stage_result::lock(tx, result).await?;
    let mut kept = store::certificate::lock(tx, id)
        .await?
        .ok_or_else(not_found)?;
    let one = &mut kept.certificate;
    if version.is_some_and(|version| version != one.version) {
        return Err(Error::Stale {
            name: pb.name,
            current: parse::written_etag(one.version),
        });
    }
    if one.reissue(clock.now())? == Change::Made {
        store::certificate::note_reissue(tx, one).await?;
        store::certificate::put_off(tx, result, one.reissued).await?;
        one.version += 1;
        audit::record(tx, clock, &caller, rpc, &one.name(), "").await?;
    }
    write.commit(written(&kept)?).await
}
