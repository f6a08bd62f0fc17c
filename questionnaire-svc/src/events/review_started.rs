//! An expert took up a submission.

use std::sync::Arc;

use chassis::bus::Subscriber;
use proto::events::v1::ReviewStarted;

use super::take::{Heard, take};
use crate::Context;
use crate::domain::application::Application;

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
            };
            take(&ctx, &heard, Application::start_review).await
        })
    })
}
