//! The expert does not give an application back though the applicant asked.

use std::sync::Arc;

use chassis::bus::Subscriber;
use chassis::clock::to_pb;
use proto::events::v1::application_decided::Outcome;
use proto::events::v1::{ApplicationDecided, CorrectionDeclined};

use super::take::{Heard, take};
use crate::Context;

const NAME: &str = "questionnaire-svc.correction-declined";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, declined: CorrectionDeclined| {
        let ctx = ctx.clone();
        Box::pin(async move {
            let decided = ApplicationDecided {
                review_task: declined.review_task.clone(),
                outcome: Outcome::CorrectionDeclined.into(),
                decide_time: Some(to_pb(event.time)),
                ..Default::default()
            };
            let heard = Heard {
                subscriber: NAME,
                event: &event,
                application: &declined.application,
                submission: &declined.submission,
                decided: Some(decided),
            };
            take(&ctx, heard, |application| {
                application.decline_correction(event.time)
            })
            .await
        })
    })
}
