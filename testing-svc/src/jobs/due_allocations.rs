//! Makes the allocation runs that were asked for: gathers the input, places people, looks at the result
//! anew, and keeps all of it in one transaction, once, however many processes made it. A result that fails
//! its check is not kept: that it failed is.

use std::collections::BTreeMap;

use chassis::{Result, audit};
use jiff::Timestamp;
use uuid::Uuid;

use super::this_service;
use crate::domain::admission::offer::State as OfferState;
use crate::domain::admission::outcome::ChoiceOutcome;
use crate::domain::admission::round::{Before, Gathered, Round, Taken};
use crate::domain::admission::run::{Made, Run, State};
use crate::domain::allocation::explain::Reasons;
use crate::domain::allocation::market::{Fault, Market};
use crate::domain::allocation::run::allocate;
use crate::domain::allocation::{RULES, canonical, record};
use crate::store::allocation_run::Part;
use crate::{Context, store};

/// Runs of one turn.
const TURN: u64 = 10;
/// Specialties that are read at once.
const SPECIALTIES: u64 = 200;

pub async fn run(ctx: &Context) -> Result<()> {
    for id in store::allocation_run::pending(ctx.db.read(), TURN).await? {
        make(ctx, id).await?;
    }
    Ok(())
}

async fn make(ctx: &Context, id: Uuid) -> Result<()> {
    let Some(run) = store::allocation_run::find(ctx.db.read(), id).await? else {
        return Ok(());
    };
    // First: whatever comes in from here on makes the run outdated, whether it was read or not.
    let known = store::admission_specialty::known(ctx.db.read(), &run.campaign).await?;
    let gathered = gather(ctx, &run).await?;
    let (name, now) = (run.name(), ctx.clock.now());
    // Before the transaction: placing a country takes seconds, in which nothing should be held.
    let placing = tokio::task::spawn_blocking(move || place(&run, gathered, known, now));
    let done = placing.await.map_err(anyhow::Error::from)?;
    let tx = ctx.db.begin().await?;
    if store::allocation_run::lock_pending(&tx, id)
        .await?
        .is_none()
    {
        return Ok(());
    }
    store::allocation_run::insert_file(&tx, id, Part::Input, &done.input).await?;
    store::allocation_run::insert_file(&tx, id, Part::Record, &done.record).await?;
    store::allocation_result::insert(&tx, id, &done.outcomes).await?;
    store::allocation_run::insert_made(&tx, id, &done.made).await?;
    let (by, state) = (this_service(), done.made.state.as_str());
    audit::record(&tx, &ctx.clock, &by, "MakeAllocationRun", &name, state).await?;
    Ok(ctx.db.commit(tx).await?)
}

async fn gather(ctx: &Context, run: &Run) -> Result<std::result::Result<Gathered, Vec<Fault>>> {
    let mut round = Round::new(run.agreed, before(ctx, run).await?);
    let (db, mut after) = (ctx.db.read(), None);
    loop {
        let campaign = run.campaign.as_str();
        let some = store::admission_specialty::list(db, campaign, None, after, SPECIALTIES).await?;
        for specialty in &some {
            let here = store::competitor::of_specialty(db, specialty.id).await?;
            round.add(specialty, here);
        }
        match some.last() {
            Some(last) => after = Some(last.id),
            None => return Ok(round.gathered()),
        }
    }
}

/// What the rounds before left behind.
async fn before(ctx: &Context, run: &Run) -> Result<Before> {
    let db = ctx.db.read();
    let offers = store::admission_offer::of_rounds_before(db, &run.campaign, run.round).await?;
    let (accepted, over): (Vec<_>, Vec<_>) = offers
        .into_iter()
        .partition(|(offer, _)| offer.state == OfferState::Accepted);
    let choices: Vec<Uuid> = accepted.iter().map(|(offer, _)| offer.choice).collect();
    let mut rights = store::competitor::rights(db, &choices).await?;
    let mut taken: BTreeMap<Uuid, Vec<Taken>> = BTreeMap::new();
    for (offer, quota) in &accepted {
        let rights = rights.remove(&offer.choice).unwrap_or_default();
        let quota = quota.clone();
        let here = taken.entry(offer.specialty).or_default();
        here.push(Taken { quota, rights });
    }
    Ok(Before {
        placed: accepted
            .iter()
            .map(|(offer, _)| offer.application)
            .collect(),
        refused: over.iter().map(|(offer, _)| offer.choice).collect(),
        taken,
    })
}

/// All that is kept of a run.
struct Done {
    made: Made,
    input: String,
    record: String,
    outcomes: Vec<ChoiceOutcome>,
}

fn place(
    run: &Run,
    gathered: std::result::Result<Gathered, Vec<Fault>>,
    known: i64,
    now: Timestamp,
) -> Done {
    let mut done = Done {
        made: Made {
            state: State::Withheld,
            rules: RULES,
            known,
            input_hash: String::new(),
            record_hash: String::new(),
            findings: Default::default(),
            faults: Vec::new(),
            specialties: 0,
            applicants: 0,
            placed: 0,
            unranked: 0,
            finished: now,
        },
        input: String::new(),
        record: String::new(),
        outcomes: Vec::new(),
    };
    let gathered = match gathered {
        Ok(gathered) => gathered,
        Err(faults) => {
            let lines = faults.iter().map(|(field, why)| format!("{field} {why}"));
            done.made.faults = lines.collect();
            return done;
        }
    };
    let market = &gathered.market;
    canonical::write(market, |part| done.input += part);
    done.made.input_hash = hex::encode(canonical::hash(market));
    done.made.specialties = number(market.specialties().len());
    done.made.applicants = number(market.applicants().len());
    done.made.unranked = gathered.unranked;
    match allocate(market, run.agreed.terms, run.seed) {
        Err(withheld) => done.made.findings = withheld.0,
        Ok(result) => {
            done.record = record::write(&result);
            done.made.state = State::Checked;
            done.made.record_hash = record::hash(&done.record).unwrap_or_default().to_owned();
            done.made.findings = result.findings;
            done.made.placed = number(result.placed.iter().flatten().count());
            done.outcomes = outcomes(&gathered, market, &Reasons::of(&result));
        }
    }
    done
}

fn outcomes(gathered: &Gathered, market: &Market, reasons: &Reasons) -> Vec<ChoiceOutcome> {
    let mut outcomes = Vec::new();
    for applicant in market.applicants() {
        let number = applicant.number.as_str();
        let wishes = gathered.wishes.get(number).into_iter().flatten();
        let whys = reasons.explain(number).unwrap_or_default();
        for ((wish, choice), why) in wishes.zip(&applicant.choices).zip(whys) {
            let plan = &market.specialties()[choice.specialty as usize].plan;
            outcomes.push(ChoiceOutcome::new(*wish, number, why, plan));
        }
    }
    outcomes
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
