//! PublishAllocationRun: one row, once for each round of a campaign; the database sees to it. What was
//! placed is there already: from `results_time` on everybody sees it, and a job makes the offers.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use jiff::{SignedDuration, Timestamp};
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::written;
use crate::domain::admission::run::{self, Published, Run};
use crate::domain::refusal::Refusal;
use crate::rpc::parse;
use crate::{Context, store};

const SHORTEST_TERM: SignedDuration = SignedDuration::from_hours(1);
const LONGEST_TERM: SignedDuration = SignedDuration::from_hours(60 * 24);

struct Asked {
    campaign: String,
    id: Uuid,
    results: Timestamp,
    reply_until: Timestamp,
}

pub async fn publish(
    ctx: &Context,
    request: Request<pb::PublishAllocationRunRequest>,
) -> Result<pb::AllocationRun> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let asked = read(&pb)?;
    let rpc = "PublishAllocationRun";
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, rpc, &pb.request_id, &pb).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), clock.now());
    if asked.results < now {
        return Err(Violations::one("results_time", "TIME_IN_PAST").into());
    }
    let found = store::allocation_run::find(tx, asked.id).await?;
    let found = found.filter(|run| run.campaign == asked.campaign);
    let mut run = found.ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    let made = run.checked()?;
    let campaign = run.campaign.as_str();
    if run.round != store::allocation_run::next_round(tx, campaign).await? {
        return Err(published_already(tx, &run).await?);
    }
    if made.known != store::admission_specialty::known(tx, campaign).await? {
        return Err(Refusal::RunOutdated.into());
    }
    let published = Published {
        time: now,
        results: asked.results,
        reply_until: asked.reply_until,
    };
    if !store::allocation_run::publish(tx, &run, published, &caller.key()).await? {
        return Err(published_already(tx, &run).await?);
    }
    let hash = &made.record_hash;
    audit::record(tx, clock, &caller, rpc, &pb.name, hash).await?;
    run.published = Some(published);
    write.commit(written(&run)).await
}

fn read(pb: &pb::PublishAllocationRunRequest) -> Result<Asked> {
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "name", parse::ALLOCATION_RUN, &pb.name);
    parse::request_id(&mut violations, &pb.request_id);
    let results = parse::time(&mut violations, "results_time", pb.results_time.as_ref());
    let until = pb.reply_expire_time.as_ref();
    let until = parse::time(&mut violations, "reply_expire_time", until);
    if let (Some(results), Some(until)) = (results, until) {
        let term = until.duration_since(results);
        if term <= SignedDuration::ZERO {
            violations.add("reply_expire_time", "TIMES_BACKWARDS");
        } else if !(SHORTEST_TERM..=LONGEST_TERM).contains(&term) {
            violations.add("reply_expire_time", "OUT_OF_RANGE");
        }
    }
    match (name, results, until, violations.is_empty()) {
        (Some((campaign, id)), Some(results), Some(reply_until), true) => Ok(Asked {
            campaign,
            id,
            results,
            reply_until,
        }),
        _ => Err(violations.into()),
    }
}

async fn published_already(tx: &chassis::database::Tx, run: &Run) -> Result<Error> {
    let with = store::allocation_run::of_round(tx, &run.campaign, run.round).await?;
    Ok(Refusal::RoundPublished {
        run: with.map_or_else(String::new, |id| run::name(&run.campaign, id)),
        round: run.round,
    }
    .into())
}
