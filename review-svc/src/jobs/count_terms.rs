//! Counts the terms of tasks that were opened before the calendar of their days was there.

use std::sync::Arc;

use chassis::clock::astana;
use chassis::error::Result;
use chassis::{audit, telemetry};
use uuid::Uuid;

use super::BATCH;
use crate::domain::task::{Done, State};
use crate::store::{queue, task};
use crate::{Context, NAME};

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
    let Ok(term) = ctx
        .calendar
        .term(kept.open_time, kept.working_days, &astana())
    else {
        return Ok(false);
    };
    // Decided or withdrawn in between: it needs no term any more.
    let waits = matches!(kept.task.state, State::Open { .. } | State::Claimed(_));
    if !waits || kept.task.count_term(term) == Done::Before {
        return Ok(true);
    }
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
    ctx.db.commit(tx).await?;
    Ok(true)
}
