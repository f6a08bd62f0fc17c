//! CreateAllocationRun: what is agreed is written down before anything is placed, the seed too, which the
//! campaign's first run settles for all others.

use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Result, audit};
use proto::testing::v1 as pb;
use tonic::Request;

use super::{terms, written};
use crate::domain::admission::run::{Agreed, Run};
use crate::domain::admission::specialty::offered_name;
use crate::domain::allocation::lottery::Seed;
use crate::domain::allocation::record::read_seed;
use crate::domain::refusal::Refusal;
use crate::rpc::parse;
use crate::{Context, store};

/// What was asked for; a seed where it was drawn elsewhere.
struct Asked {
    campaign: String,
    agreed: Agreed,
    seed: Option<Seed>,
}

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateAllocationRunRequest>,
) -> Result<pb::AllocationRun> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let asked = read(&pb)?;
    let rpc = "CreateAllocationRun";
    let (db, clock) = (&ctx.db, &ctx.clock);
    let write = match once::begin(db, clock, &caller, rpc, &pb.request_id, &pb).await? {
        Once::Answered(answer) => return Ok(answer),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), clock.now());
    may_run(tx, &asked.campaign, pb.leave_out_open_rankings).await?;
    let seed = asked.seed.unwrap_or_else(|| ctx.ids.secret());
    let by = caller.key();
    let settled = store::allocation_seal::settle(tx, &asked.campaign, seed, now, &by).await?;
    if asked.seed.is_some_and(|seed| seed != settled) {
        return Err(Refusal::SeedSettled {
            seed: hex::encode(settled),
        }
        .into());
    }
    let run = Run {
        id: ctx.ids.uuid(),
        round: store::allocation_run::next_round(tx, &asked.campaign).await?,
        campaign: asked.campaign,
        agreed: asked.agreed,
        seed: settled,
        created: now,
        made: None,
        published: None,
    };
    store::allocation_run::insert(tx, &run, &by).await?;
    audit::record(tx, clock, &caller, rpc, &run.name(), &hex::encode(run.seed)).await?;
    write.commit(written(&run)).await
}

fn read(pb: &pb::CreateAllocationRunRequest) -> Result<Asked> {
    let mut violations = Violations::new();
    let campaign = parse::campaign(&mut violations, "parent", &pb.parent);
    parse::request_id(&mut violations, &pb.request_id);
    let run = pb.allocation_run.clone().unwrap_or_default();
    let agreed = terms::read(&mut violations, run.terms);
    let seed = match run.seed.as_str() {
        "" => None,
        text => {
            let seed = read_seed(text).ok_or("INVALID_FORMAT");
            violations.take("allocation_run.seed", seed)
        }
    };
    match (campaign, agreed, violations.is_empty()) {
        (Some(campaign), Some(agreed), true) => Ok(Asked {
            campaign,
            agreed,
            seed,
        }),
        _ => Err(violations.into()),
    }
}

/// Whether a run now would be of everybody and of everything that it should be of.
async fn may_run(tx: &Tx, campaign: &str, leave_out_open: bool) -> Result<()> {
    let some = store::admission_specialty::list(tx, campaign, None, None, 1).await?;
    if some.is_empty() {
        return Err(Refusal::RankingMissing.into());
    }
    let incomplete = store::admission_specialty::incomplete(tx, campaign).await?;
    if let Some((specialty, known, expected)) = incomplete {
        let specialty = offered_name(specialty);
        return Err(Refusal::RankingIncomplete {
            specialty,
            known,
            expected,
        }
        .into());
    }
    if !leave_out_open
        && let Some((count, one)) = store::admission_specialty::open(tx, campaign).await?
    {
        let specialty = offered_name(one);
        return Err(Refusal::RankingsOpen { count, specialty }.into());
    }
    match store::admission_offer::open(tx, campaign).await? {
        0 => Ok(()),
        count => Err(Refusal::OffersOpen { count }.into()),
    }
}
