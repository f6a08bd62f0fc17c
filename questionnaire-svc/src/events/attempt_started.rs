//! Somebody sits the test: what it was sat with is not changed or withdrawn any more.

use std::sync::Arc;

use chassis::bus::{Event, Subscriber, first_time};
use chassis::caller::Caller;
use chassis::clock::from_pb;
use chassis::{Result, audit};
use proto::events::v1::AttemptStarted;

use crate::Context;
use crate::rpc::name;
use crate::store::application;

const NAME: &str = "questionnaire-svc.attempt-started";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, started| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, &started).await })
    })
}

async fn take(ctx: &Context, event: &Event, started: &AttemptStarted) -> Result<()> {
    let campaign = name::campaign("campaign", &started.campaign)?;
    let account = name::account("account", &started.account)?;
    let start_time = started.start_time.as_ref().and_then(from_pb);
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, NAME, event).await? {
        return Ok(());
    }
    if let Some(mut kept) = application::lock_of_person(&tx, campaign, account).await?
        && kept
            .application
            .start_test(start_time.unwrap_or(event.time))
    {
        application::save(&tx, &mut kept).await?;
        let by = Caller::Service("testing-svc".into());
        audit::record(&tx, &ctx.clock, &by, NAME, &kept.name(), "").await?;
    }
    Ok(ctx.db.commit(tx).await?)
}
