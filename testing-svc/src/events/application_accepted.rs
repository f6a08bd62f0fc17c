//! Taken: an accepted application makes its person eligible for the first stage, under a number.

use std::sync::Arc;

use chassis::bus::{Event, Subscriber, first_time};
use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::{Result, audit};
use proto::events::v1::ApplicationAccepted;

use super::about;
use crate::store::application::Named;
use crate::store::eligibility::Accepted;
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
    let submission = &accepted.submission;
    let named = Named {
        application,
        campaign: &campaign,
        account,
    };
    let has_left = store::application::hear(&tx, named).await?;
    store::application::note_accepted(&tx, application, submission).await?;
    let granted = Accepted {
        campaign: &campaign,
        account,
        application,
        submission,
    };
    if !has_left {
        grant(ctx, &tx, granted, "review-svc").await?;
    }
    Ok(ctx.db.commit(tx).await?)
}

/// Opens the first stage to a person, unless they are in the campaign by another application: then it
/// waits for the end of that one.
pub(super) async fn grant(ctx: &Context, tx: &Tx, accepted: Accepted<'_>, by: &str) -> Result<()> {
    if store::eligibility::grant(tx, accepted, ctx.clock.now()).await? {
        let (campaign, account) = (accepted.campaign, accepted.account);
        store::eligibility::number(tx, &ctx.ids, campaign, account).await?;
        let (by, name) = (Caller::Service(by.into()), accepted.application);
        audit::record(tx, &ctx.clock, &by, "GrantEligibility", name, "stage 1").await?;
    }
    Ok(())
}
