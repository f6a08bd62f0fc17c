//! Somebody is in the Reserve from now on, and does not apply for it while they are.

use std::sync::Arc;

use chassis::bus::{Event, Subscriber, first_time};
use chassis::{Error, Result};
use proto::events::v1::MembershipStarted;

use crate::Context;
use crate::rpc::{name, wire};
use crate::store::membership::{self, Membership};

const NAME: &str = "questionnaire-svc.membership-started";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, started| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, &started).await })
    })
}

async fn take(ctx: &Context, event: &Event, started: &MembershipStarted) -> Result<()> {
    let lacking = || Error::Internal(anyhow::anyhow!("a membership without its days"));
    let day = |date: &Option<_>| date.as_ref().and_then(wire::date).ok_or_else(lacking);
    let membership = Membership {
        id: name::membership("membership", &started.membership)?,
        campaign: name::campaign("campaign", &started.campaign)?,
        account: name::account("account", &started.account)?,
        start: day(&started.start_date)?,
        end: day(&started.end_date)?,
    };
    let tx = ctx.db.begin().await?;
    if first_time(&tx, &ctx.clock, NAME, event).await? {
        membership::save(&tx, &membership).await?;
    }
    Ok(ctx.db.commit(tx).await?)
}
