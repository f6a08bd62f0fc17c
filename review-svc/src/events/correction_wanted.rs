//! An applicant asks for the application back: the task shows it, and an expert answers.

use std::sync::Arc;

use chassis::audit;
use chassis::bus::{Event, Subscriber, first_time};
use chassis::clock::from_pb;
use chassis::error::Result;
use proto::events::v1::CorrectionWanted;

use crate::Context;
use crate::domain::task::Done;
use crate::store::task;

const NAME: &str = "review-svc.correction-wanted";

/// The most sections that are kept of a wish; a form has far fewer.
const MOST_SECTIONS: usize = 50;

pub fn subscriber(ctx: &Arc<Context>) -> Subscriber {
    let ctx = ctx.clone();
    Subscriber::to(NAME, move |event, payload: CorrectionWanted| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, payload).await })
    })
}

async fn take(ctx: &Context, event: &Event, mut payload: CorrectionWanted) -> Result<()> {
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, NAME, event).await? {
        return Ok(());
    }
    let asked = payload.ask_time.as_ref().and_then(from_pb);
    let ask_time = asked.unwrap_or(event.time);
    payload.sections.truncate(MOST_SECTIONS);
    let of_application = task::of_application(&tx, &payload.application).await?;
    let mut about = of_application.iter();
    let found = about.find(|kept| kept.submission == payload.submission);
    if let Some(found) = found
        && let Some(mut kept) = task::lock(&tx, found.id).await?
        // A decision that was faster is the answer.
        && kept.task.wish(payload.sections, ask_time) == Done::Now
    {
        task::save(&tx, &mut kept).await?;
        let (itself, name) = (ctx.itself(), kept.name());
        audit::record(&tx, &ctx.clock, &itself, "WantCorrection", &name, "").await?;
    }
    Ok(ctx.db.commit(tx).await?)
}
