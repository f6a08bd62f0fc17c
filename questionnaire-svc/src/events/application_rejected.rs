//! An expert rejected an application. The notes to the reasons are read from the task.

use std::sync::Arc;

use chassis::bus::{Event, Subscriber};
use chassis::clock::from_pb;
use proto::events::v1::application_decided::Outcome;
use proto::events::v1::{ApplicationDecided, ApplicationRejected};

use super::take::{Heard, in_review, take};
use crate::Context;
use crate::clients::review_tasks;
use crate::domain::application::DecisionReason;

const NAME: &str = "questionnaire-svc.application-rejected";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, rejected| {
        let ctx = ctx.clone();
        Box::pin(async move { reject(&ctx, &event, &rejected).await })
    })
}

async fn reject(
    ctx: &Context,
    event: &Event,
    rejected: &ApplicationRejected,
) -> chassis::Result<()> {
    let notes = review_tasks::notes(ctx, &rejected.review_task).await?;
    let reason = |code: &String| DecisionReason {
        code: code.clone(),
        note: notes.of(code),
    };
    let reasons = rejected.reason_codes.iter().map(reason).collect();
    let decided = ApplicationDecided {
        review_task: rejected.review_task.clone(),
        outcome: Outcome::Rejected.into(),
        decide_time: rejected.decide_time,
        reason_codes: rejected.reason_codes.clone(),
        ..Default::default()
    };
    let heard = Heard {
        subscriber: NAME,
        event,
        application: &rejected.application,
        submission: &rejected.submission,
        decided: Some(decided),
    };
    let decide_time = rejected
        .decide_time
        .as_ref()
        .and_then(from_pb)
        .unwrap_or(event.time);
    take(ctx, heard, |application| {
        in_review(application);
        application.reject(reasons, decide_time)
    })
    .await
}
