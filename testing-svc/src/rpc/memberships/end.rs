//! EndMembership: before its last day, by a decision that is named.

use chassis::caller::Caller;
use chassis::clock::astana_date;
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

pub async fn end(
    ctx: &Context,
    request: Request<pb::EndMembershipRequest>,
) -> Result<pb::Membership> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = parse::membership(&mut violations, &pb.name);
    let reason = enums::from_end_reason;
    let reason = parse::word(&mut violations, "reason", pb.reason, reason);
    let note = violations.text("note", &pb.note, LONGEST_NOTE);
    let version = parse::etag(&mut violations, &pb.etag);
    parse::request_id(&mut violations, &pb.request_id);
    let (Some(id), Some(reason), true) = (id, reason, violations.is_empty()) else {
        return Err(violations.into());
    };
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, "EndMembership", &pb.request_id, &pb).await? {
        Once::Answered(member) => return Ok(member),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), clock.now());
    let member = store::membership::lock(tx, id).await?;
    let mut member = member.ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    if version.is_some_and(|version| version != member.version) {
        return Err(Error::Stale {
            name: pb.name,
            current: parse::written_etag(member.version),
        });
    }
    member.end_early(reason, now, astana_date(now))?;
    store::membership::finish(tx, &member, &note).await?;
    events::membership_ended(ctx, tx, &member).await?;
    member.version += 1;
    let name = member.name();
    audit::record(tx, clock, &caller, "EndMembership", &name, reason.as_str()).await?;
    write.commit(written(&member, astana_date(now))).await
}
