//! Taken: an accepted application makes its person eligible for the first stage, under a number.

use std::sync::Arc;

use chassis::bus::{Event, Subscriber, first_time};
use chassis::caller::Caller;
use chassis::{Result, audit};
use proto::events::v1::ApplicationAccepted;

use super::about;
use crate::{Context, store};

const NAME: &str = "testing-svc.grant-eligibility";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, accepted| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, &accepted).await })
    })
}

async fn take(ctx: &Context, event: &Event, accepted: &ApplicationAccepted) -> Result<()> {
    let (campaign, account) = about(&accepted.campaign, &accepted.account)?;
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, NAME, event).await? {
        return Ok(());
    }
    let application = &accepted.application;
    let now = ctx.clock.now();
    let submission = &accepted.submission;
    let granted = store::eligibility::Accepted {
        campaign: &campaign,
        account,
        application,
        submission,
    };
    if store::eligibility::grant(&tx, granted, now).await? {
        store::eligibility::number(&tx, &ctx.ids, &campaign, account).await?;
        let by = Caller::Service("review-svc".into());
        audit::record(
            &tx,
            &ctx.clock,
            &by,
            "GrantEligibility",
            application,
            "stage 1",
        )
        .await?;
    }
    Ok(ctx.db.commit(tx).await?)
}
