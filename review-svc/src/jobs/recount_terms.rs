//! Counts the terms of undecided tasks anew after a calendar was published, and tells whose term moved.

use std::sync::Arc;

use chassis::audit;
use chassis::clock::astana;
use chassis::error::Result;
use uuid::Uuid;

use super::BATCH;
use crate::domain::calendar::Term;
use crate::store::calendar::{self, InForce};
use crate::store::task::Kept;
use crate::store::{queue, task};
use crate::{Context, events};

pub async fn run(ctx: Arc<Context>) -> Result<()> {
    let mut after = Uuid::nil();
    while let Some(last) = batch(&ctx, after).await? {
        after = last;
    }
    Ok(())
}

/// The last task of the batch; `None` where nothing was left after this one.
pub async fn batch(ctx: &Context, after: Uuid) -> Result<Option<Uuid>> {
    let in_force = calendar::in_force(ctx.db.read(), &ctx.calendar).await?;
    let behind = queue::counted_before(ctx.db.read(), in_force.sequence, after, BATCH).await?;
    for id in &behind {
        recount(ctx, *id).await?;
    }
    Ok(behind.last().copied())
}

async fn recount(ctx: &Context, id: Uuid) -> Result<()> {
    let tx = ctx.db.begin().await?;
    let Some(mut kept) = task::lock(&tx, id).await? else {
        return Ok(());
    };
    let in_force = calendar::in_force(&tx, &ctx.calendar).await?;
    // Decided or recounted in between.
    let is_behind = kept.calendar_sequence < in_force.sequence;
    if !kept.task.is_under_way() || !is_behind {
        return Ok(());
    }
    let (before, shown) = (kept.task.term, kept.task.running_term());
    kept.task.term = term(&kept, &in_force);
    kept.calendar_sequence = in_force.sequence;
    task::save(&tx, &mut kept).await?;
    if ends(kept.task.term) != ends(before) {
        let (itself, name) = (ctx.itself(), kept.name());
        audit::record(&tx, &ctx.clock, &itself, "RecountTerm", &name, "").await?;
    }
    if ends(kept.task.running_term()) != ends(shown) {
        events::review_term_changed::publish(ctx, &tx, &kept).await?;
    }
    Ok(ctx.db.commit(tx).await?)
}

fn ends(term: Option<Term>) -> Option<jiff::Timestamp> {
    term.map(|term| term.due_time)
}

/// The term of a task by these calendars; what can't be counted by them keeps the end that it had.
pub fn term(kept: &Kept, by: &InForce) -> Option<Term> {
    let (days, pauses) = (kept.working_days, &kept.task.pauses);
    let counted = by
        .calendar
        .term_with_pauses(kept.open_time, days, pauses, &astana());
    counted.ok().or(kept.task.term)
}
