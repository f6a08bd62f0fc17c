//! Counts the terms of tasks that were opened before the calendar of their days was there.

use std::sync::Arc;

use chassis::clock::astana;
use chassis::error::Result;
use chassis::{audit, telemetry};
use uuid::Uuid;

use super::BATCH;
use crate::domain::task::Done;
use crate::store::{calendar, queue, task};
use crate::{Context, NAME, events};

pub async fn run(ctx: Arc<Context>) -> Result<()> {
    let (mut after, mut without) = (Uuid::nil(), 0);
    loop {
        let uncounted = queue::uncounted(ctx.db.read(), after, BATCH).await?;
        let Some(last) = uncounted.last() else { break };
        after = *last;
        for id in uncounted {
            without += i64::from(!count(&ctx, id).await?);
        }
    }
    if without > 0 {
        tracing::warn!(
            tasks = without,
            "review tasks have no due time: a calendar is missing"
        );
    }
    telemetry::level(NAME, "review_tasks_without_term", without);
    Ok(())
}

/// False where the calendar is still missing.
async fn count(ctx: &Context, id: Uuid) -> Result<bool> {
    let tx = ctx.db.begin().await?;
    let Some(mut kept) = task::lock(&tx, id).await? else {
        return Ok(true);
    };
    let in_force = calendar::in_force(&tx, &ctx.calendar).await?;
    let (days, pauses) = (kept.working_days, &kept.task.pauses);
    let counted = in_force
        .calendar
        .term_with_pauses(kept.open_time, days, pauses, &astana());
    let Ok(term) = counted else {
        return Ok(false);
    };
    // Decided or withdrawn in between: it needs no term any more.
    if !kept.task.is_under_way() || kept.task.count_term(term) == Done::Before {
        return Ok(true);
    }
    kept.calendar_sequence = in_force.sequence;
    task::save(&tx, &mut kept).await?;
    let detail = format!("calendar version {}", term.calendar_version);
    audit::record(
        &tx,
        &ctx.clock,
        &ctx.itself(),
        "CountTerm",
        &kept.name(),
        &detail,
    )
    .await?;
    events::review_term_changed::publish(ctx, &tx, &kept).await?;
    ctx.db.commit(tx).await?;
    Ok(true)
}
