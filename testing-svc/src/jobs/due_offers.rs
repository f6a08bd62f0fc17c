//! Makes the offers of a round once its results are out, and tells people what came of their wishes, in
//! batches: an application is looked at once, and whoever left meanwhile is offered nothing.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use anyhow::anyhow;
use chassis::database::Tx;
use chassis::{Error, Result};
use uuid::Uuid;

use super::BATCH;
use crate::domain::admission::offer::{Offer, State};
use crate::domain::admission::outcome::{ChoiceOutcome, Outcome};
use crate::domain::admission::run::Run;
use crate::domain::admission::specialty::Specialty;
use crate::domain::allocation::market::MOST_CHOICES;
use crate::{Context, events, store};

/// Publications of one turn.
const TURN: u64 = 10;

pub async fn run(ctx: &Context) -> Result<()> {
    for run in store::admission_offer::due(ctx.db.read(), ctx.clock.now(), TURN).await? {
        let mut specialties = BTreeMap::new();
        while make_some(ctx, run, &mut specialties).await? {}
    }
    Ok(())
}

/// True while there may be more.
async fn make_some(
    ctx: &Context,
    run: Uuid,
    specialties: &mut BTreeMap<Uuid, Specialty>,
) -> Result<bool> {
    let tx = ctx.db.begin().await?;
    let Some(mut offering) = store::admission_offer::lock_offering(&tx, run).await? else {
        return Ok(false);
    };
    let run = store::allocation_run::find(&tx, run).await?;
    let run = run.ok_or_else(|| Error::Internal(anyhow!("offers of no run")))?;
    let limit = BATCH * MOST_CHOICES as u64;
    let number = offering.last_number.as_str();
    let mut wishes = store::allocation_result::after(&tx, run.id, number, limit).await?;
    let is_last = (wishes.len() as u64) < limit;
    if !is_last && let Some(cut) = wishes.last().map(|it| it.number.clone()) {
        // Some of its wishes may be on the next page.
        wishes.retain(|it| it.number != cut);
    }
    know(&tx, &wishes, specialties).await?;
    for own in wishes.chunk_by(|a, b| a.number == b.number) {
        look_at(ctx, &tx, &run, own, specialties).await?;
    }
    if let Some(last) = wishes.last() {
        offering.last_number = last.number.clone();
    }
    store::admission_offer::note_offering(&tx, &offering, is_last).await?;
    ctx.db.commit(tx).await?;
    Ok(!is_last)
}

async fn know(
    tx: &Tx,
    wishes: &[ChoiceOutcome],
    specialties: &mut BTreeMap<Uuid, Specialty>,
) -> Result<()> {
    for it in wishes {
        if let Entry::Vacant(place) = specialties.entry(it.specialty) {
            let found = store::admission_specialty::find(tx, it.specialty).await?;
            let nowhere = || Error::Internal(anyhow!("a result is of no specialty"));
            place.insert(found.ok_or_else(nowhere)?);
        }
    }
    Ok(())
}

/// The wishes of one application.
async fn look_at(
    ctx: &Context,
    tx: &Tx,
    run: &Run,
    own: &[ChoiceOutcome],
    specialties: &BTreeMap<Uuid, Specialty>,
) -> Result<()> {
    let admitted = own.iter().find(|it| it.outcome == Outcome::Admitted);
    match (admitted, own.first()) {
        (Some(came), _) => offer(ctx, tx, run, came, specialties).await,
        (None, Some(first)) => {
            let campaign = run.campaign.as_str();
            let account = store::competitor::account_of(tx, campaign, first.application).await?;
            match account {
                Some(account) => {
                    events::admission_missed(ctx, tx, campaign, account, own, specialties).await
                }
                None => Ok(()),
            }
        }
        (None, None) => Ok(()),
    }
}

async fn offer(
    ctx: &Context,
    tx: &Tx,
    run: &Run,
    came: &ChoiceOutcome,
    specialties: &BTreeMap<Uuid, Specialty>,
) -> Result<()> {
    // Held, so that whoever leaves now finds the offer or prevents it.
    let wish = store::competitor::lock(tx, came.choice).await?;
    let (Some((false, account)), Some(published)) = (wish, &run.published) else {
        return Ok(());
    };
    let Some(specialty) = specialties.get(&came.specialty) else {
        return Ok(());
    };
    let offer = Offer {
        id: ctx.ids.uuid(),
        campaign: run.campaign.clone(),
        round: run.round,
        application: came.application,
        choice: came.choice,
        specialty: came.specialty,
        account,
        state: State::Offered,
        until: published.times.reply_until,
        made: ctx.clock.now(),
        ended: None,
        version: 1,
    };
    if store::admission_offer::insert(tx, run.id, &offer).await? {
        events::admission_offer_made(ctx, tx, &offer, came, specialty).await?;
    }
    Ok(())
}
