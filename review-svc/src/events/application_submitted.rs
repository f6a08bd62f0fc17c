//! A submission opens one review task, with a due time by the working days of its days. What is
//! accepted as it is submitted opens none.

use std::sync::Arc;

use chassis::bus::{Event, Subscriber, first_time};
use chassis::clock::{astana, from_pb};
use chassis::error::{Error, Result};
use chassis::{audit, name};
use jiff::Timestamp;
use proto::events::v1::ApplicationSubmitted;

use crate::Context;
use crate::domain::calendar::{Term, WorkCalendar};
use crate::domain::task::ReviewTask;
use crate::rpc::review_tasks::task_filter::is_direction;
use crate::store::task::{self, Kept};
use crate::store::{calendar, policy};

const NAME: &str = "review-svc.application-submitted";

pub fn subscriber(ctx: &Arc<Context>) -> Subscriber {
    let ctx = ctx.clone();
    Subscriber::to(NAME, move |event, payload: ApplicationSubmitted| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, payload).await })
    })
}

async fn take(ctx: &Context, event: &Event, payload: ApplicationSubmitted) -> Result<()> {
    if payload.without_review {
        return Ok(());
    }
    let submit_time = submit_time(&payload)
        .ok_or_else(|| Error::Internal(anyhow::anyhow!("the event names no submission")))?;
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, NAME, event).await? {
        return Ok(ctx.db.commit(tx).await?);
    }
    let (policy, _) = policy::of(&tx, &payload.campaign, &ctx.config).await?;
    let in_force = calendar::in_force(&tx, &ctx.calendar).await?;
    let days = policy.working_days;
    let term = term(&in_force.calendar, submit_time, days, &payload.submission);
    let mut kept = Kept::open(
        ctx.ids.uuid(),
        [payload.application, payload.submission, payload.campaign],
        payload.submission_number,
        submit_time,
        days,
        ReviewTask::open(payload.account, term),
    );
    kept.calendar_sequence = in_force.sequence;
    // What is no code is none that anybody could look for.
    kept.direction = Some(payload.direction)
        .filter(|code| is_direction(code))
        .unwrap_or_default();
    if !task::insert(&tx, &kept).await? {
        return Ok(ctx.db.commit(tx).await?);
    }
    let detail = format!("submission {}", kept.submission_number);
    let itself = ctx.itself();
    audit::record(
        &tx,
        &ctx.clock,
        &itself,
        "OpenReviewTask",
        &kept.name(),
        &detail,
    )
    .await?;
    Ok(ctx.db.commit(tx).await?)
}

/// The time of the submission, where all names in the event have their shape.
fn submit_time(payload: &ApplicationSubmitted) -> Option<Timestamp> {
    let [campaign, application, _] = name::capture(
        "campaigns/*/applications/*/submissions/*",
        &payload.submission,
    )?;
    let is_whole = payload.campaign == format!("campaigns/{campaign}")
        && payload.application == format!("campaigns/{campaign}/applications/{application}")
        && name::uuid("accounts/*", &payload.account).is_some()
        && payload.submission_number > 0;
    payload
        .submit_time
        .as_ref()
        .and_then(from_pb)
        .filter(|_| is_whole)
}

/// A missing calendar must not lose the task, nor may a guess become a promise: the task opens
/// without a term, and a job counts it once the calendar is there.
fn term(
    calendar: &WorkCalendar,
    submit_time: Timestamp,
    working_days: u32,
    submission: &str,
) -> Option<Term> {
    let term = calendar.term(submit_time, working_days, &astana());
    term.inspect_err(|refusal| {
        tracing::warn!(
            submission,
            ?refusal,
            "a review task opens without a due time"
        );
    })
    .ok()
}
