//! Taken: with a withdrawn application its person's eligibility ends, and the seats go to others.

use std::sync::Arc;

use chassis::Result;
use chassis::bus::{Event, Subscriber};
use proto::events::v1::ApplicationWithdrawn;

use super::leave::{Leaves, Leaving, leave};
use crate::Context;

const NAME: &str = "testing-svc.take-eligibility";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, withdrawn| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, &withdrawn).await })
    })
}

async fn take(ctx: &Context, event: &Event, withdrawn: &ApplicationWithdrawn) -> Result<()> {
    let leaving = Leaving {
        leaves: Leaves::Application,
        subscriber: NAME,
        event,
        application: &withdrawn.application,
        campaign: &withdrawn.campaign,
        account: &withdrawn.account,
        action: "TakeEligibility",
        detail: "",
        why: "withdrawn",
    };
    match leave(ctx, leaving).await? {
        Some(left) => Ok(ctx.db.commit(left.tx).await?),
        None => Ok(()),
    }
}
