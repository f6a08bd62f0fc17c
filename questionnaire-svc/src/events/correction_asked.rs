//! An expert asked for corrections. The notes are read from the task.

use std::sync::Arc;

use chassis::bus::{Event, Subscriber};
use chassis::clock::from_pb;
use chassis::{Error, Result};
use proto::events::v1::application_decided::Outcome;
use proto::events::v1::{ApplicationDecided, AskedCorrection, CorrectionAsked};
use proto::questionnaire::v1::CorrectionKind as Wire;

use super::take::{Heard, in_review, take};
use crate::Context;
use crate::clients::review_tasks::{self, Notes};
use crate::domain::application::{Correction, CorrectionItem, CorrectionKind};

const NAME: &str = "questionnaire-svc.correction-asked";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, asked| {
        let ctx = ctx.clone();
        Box::pin(async move { request(&ctx, &event, &asked).await })
    })
}

async fn request(ctx: &Context, event: &Event, asked: &CorrectionAsked) -> Result<()> {
    let due_time = asked.correction_due_time.as_ref().and_then(from_pb);
    let notes = review_tasks::notes(ctx, &asked.review_task).await?;
    let correction = Correction {
        items: asked.items.iter().map(|item| read(item, &notes)).collect(),
        ask_time: asked
            .ask_time
            .as_ref()
            .and_then(from_pb)
            .unwrap_or(event.time),
        due_time: due_time
            .ok_or_else(|| Error::Internal(anyhow::anyhow!("a correction without its term")))?,
    };
    let decided = ApplicationDecided {
        review_task: asked.review_task.clone(),
        outcome: Outcome::CorrectionRequested.into(),
        decide_time: asked.ask_time,
        items: asked.items.clone(),
        correction_due_time: asked.correction_due_time,
        ..Default::default()
    };
    let heard = Heard {
        subscriber: NAME,
        event,
        application: &asked.application,
        submission: &asked.submission,
        decided: Some(decided),
    };
    take(ctx, heard, |application| {
        in_review(application);
        application.request_correction(correction)
    })
    .await
}

fn read(item: &AskedCorrection, notes: &Notes) -> CorrectionItem {
    CorrectionItem {
        section: item.section.clone(),
        kind: match item.kind() {
            Wire::Incomplete => CorrectionKind::Incomplete,
            Wire::Outdated => CorrectionKind::Outdated,
            Wire::Incorrect | Wire::Unspecified => CorrectionKind::Incorrect,
        },
        note: notes.of(&item.section),
    }
}
