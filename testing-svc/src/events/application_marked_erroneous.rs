//! Taken: an application that should never have been there makes nobody eligible. A seat that its person
//! had by a faster acceptance goes to others.

use std::sync::Arc;

use chassis::Result;
use chassis::bus::{Event, Subscriber};
use proto::events::v1::ApplicationMarkedErroneous;

use super::leave::{Leaves, Leaving, leave};
use crate::Context;

const NAME: &str = "testing-svc.take-erroneous-eligibility";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, erroneous| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, &erroneous).await })
    })
}

async fn take(ctx: &Context, event: &Event, erroneous: &ApplicationMarkedErroneous) -> Result<()> {
    let leaving = Leaving {
        leaves: Leaves::Application,
        subscriber: NAME,
        event,
        application: &erroneous.application,
        campaign: &erroneous.campaign,
        account: &erroneous.account,
        action: "TakeEligibility",
        detail: &erroneous.reason_code,
        why: "set aside",
    };
    match leave(ctx, leaving).await? {
        Some(left) => Ok(ctx.db.commit(left.tx).await?),
        None => Ok(()),
    }
}
