//! An expert took up a submission.

use std::sync::Arc;

use chassis::bus::Subscriber;
use chassis::clock::from_pb;
use proto::events::v1::ReviewStarted;

use super::take::{Heard, take};
use crate::Context;
use crate::domain::application::ReviewTerm;

const NAME: &str = "questionnaire-svc.review-started";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, started: ReviewStarted| {
        let ctx = ctx.clone();
        Box::pin(async move {
            let heard = Heard {
                subscriber: NAME,
                event: &event,
                application: &started.application,
                submission: &started.submission,
                decided: None,
            };
            let due_time = started.due_time.as_ref().and_then(from_pb);
            take(&ctx, heard, |application| {
                application.start_review()?;
                // News of the term may have come before.
                if application.term == ReviewTerm::default() {
                    application.term.due_time = due_time;
                }
                Ok(())
            })
            .await
        })
    })
}
