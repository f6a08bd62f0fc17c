//! The end of a review term moved, or the term stands still, or runs again: the applicant sees the
//! same clock as the expert.

use std::sync::Arc;

use chassis::bus::Subscriber;
use chassis::clock::from_pb;
use proto::events::v1::ReviewTermChanged;

use super::take::{Heard, take};
use crate::Context;
use crate::domain::application::ReviewTerm;

const NAME: &str = "questionnaire-svc.review-term-changed";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, changed: ReviewTermChanged| {
        let ctx = ctx.clone();
        Box::pin(async move {
            let heard = Heard {
                subscriber: NAME,
                event: &event,
                application: &changed.application,
                submission: &changed.submission,
                decided: None,
            };
            let due_time = changed.due_time.as_ref().and_then(from_pb);
            let term = ReviewTerm {
                due_time: due_time.filter(|_| !changed.paused),
                is_paused: changed.paused,
            };
            take(&ctx, heard, |application| application.change_term(term)).await
        })
    })
}
