//! The expert does not give an application back though the applicant asked.

use std::sync::Arc;

use chassis::bus::Subscriber;
use proto::events::v1::CorrectionDeclined;

use super::take::{Heard, take};
use crate::Context;

const NAME: &str = "questionnaire-svc.correction-declined";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, declined: CorrectionDeclined| {
        let ctx = ctx.clone();
        Box::pin(async move {
            let heard = Heard {
                subscriber: NAME,
                event: &event,
                application: &declined.application,
                submission: &declined.submission,
            };
            take(&ctx, &heard, |application| {
                application.decline_correction(event.time)
            })
            .await
        })
    })
}
