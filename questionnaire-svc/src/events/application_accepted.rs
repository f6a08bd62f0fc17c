//! An expert accepted an application. What was accepted on submission is told by this service itself.

use std::sync::Arc;

use chassis::bus::{Event, Subscriber};
use chassis::clock::from_pb;
use proto::events::v1::application_decided::Outcome;
use proto::events::v1::{ApplicationAccepted, ApplicationDecided};

use super::take::{Heard, in_review, take};
use crate::Context;

const NAME: &str = "questionnaire-svc.application-accepted";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, accepted| {
        let ctx = ctx.clone();
        Box::pin(async move { accept(&ctx, &event, &accepted).await })
    })
}

async fn accept(
    ctx: &Context,
    event: &Event,
    accepted: &ApplicationAccepted,
) -> chassis::Result<()> {
    // Our own word: the application was accepted as it was submitted.
    if accepted.review_task.is_empty() {
        return Ok(());
    }
    let decided = ApplicationDecided {
        review_task: accepted.review_task.clone(),
        outcome: Outcome::Accepted.into(),
        decide_time: accepted.decide_time,
        ..Default::default()
    };
    let heard = Heard {
        subscriber: NAME,
        event,
        application: &accepted.application,
        submission: &accepted.submission,
        decided: Some(decided),
    };
    let decide_time = accepted
        .decide_time
        .as_ref()
        .and_then(from_pb)
        .unwrap_or(event.time);
    take(ctx, heard, |application| {
        in_review(application);
        application.accept(decide_time)
    })
    .await
}
