//! PublishAllocationRun: one row, once for each round of a campaign; the database sees to it. What was
//! placed is there already: from `results_time` on everybody sees it, and a job makes the offers.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Result, audit};
use proto::testing::v1 as pb;
use tonic::Request;

use super::publication::{Asked, content, open, published_already};
use super::written;
use crate::clients::signatures;
use crate::domain::admission::run::Published;
use crate::domain::admission::seal::{Seal, sha256};
use crate::rpc::parse;
use crate::{Context, store};

const RPC: &str = "PublishAllocationRun";
/// A signature with its certificates takes a few KiB.
const LARGEST_CMS: usize = 64 * 1024;

pub async fn publish(
    ctx: &Context,
    request: Request<pb::PublishAllocationRunRequest>,
) -> Result<pb::AllocationRun> {
    let caller = Caller::of(&request);
    let organisation = caller.signatory()?.organisation;
    let pb = request.into_inner();
    let asked = read(&pb)?;
    let (db, clock) = (&ctx.db, &ctx.clock);
    // Whoever repeats a call gets its answer, even if nothing could be signed any more.
    match once::begin(db, clock, &caller, RPC, &pb.request_id, &pb).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => drop(write),
    }
    // Before the transaction: a slow neighbour holds no locks of ours.
    let (seen, made) = open(db.read(), &asked, &pb.name, clock.now()).await?;
    let content = content(&seen, &made, organisation, asked.times)?;
    let taken = signatures::create(ctx, organisation, &content, &pb.cms).await?;
    let seal = Seal {
        content,
        cms_sha256: sha256(&pb.cms),
        signature: taken.name,
        organisation,
        signed: taken.received,
    };

    let write = match once::begin(db, clock, &caller, RPC, &pb.request_id, &pb).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), clock.now());
    // What was signed follows from what never changes of a run; whether it may be published is asked again.
    let (mut run, made) = open(tx, &asked, &pb.name, now).await?;
    let (times, by) = (asked.times, caller.key());
    if !store::allocation_run::publish(tx, &run, now, times, &seal, &by).await? {
        return Err(published_already(tx, &run).await?);
    }
    audit::record(tx, clock, &caller, RPC, &pb.name, &made.record_hash).await?;
    run.published = Some(Published {
        time: now,
        times,
        seal: Some(seal),
    });
    write.commit(written(&run)).await
}

fn read(pb: &pb::PublishAllocationRunRequest) -> Result<Asked> {
    let mut violations = Violations::new();
    parse::request_id(&mut violations, &pb.request_id);
    if pb.cms.is_empty() {
        violations.add("cms", "REQUIRED");
    } else if pb.cms.len() > LARGEST_CMS {
        violations.add_with("cms", "TOO_LONG", [("max", LARGEST_CMS.to_string())]);
    }
    let times = [pb.results_time.as_ref(), pb.reply_expire_time.as_ref()];
    let asked = Asked::read(&mut violations, &pb.name, times);
    match (asked, violations.is_empty()) {
        (Some(asked), true) => Ok(asked),
        _ => Err(violations.into()),
    }
}
