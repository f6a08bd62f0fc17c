//! Somebody is in the Reserve from now on, and does not apply for it while they are.

use std::sync::Arc;

use chassis::bus::{Event, Subscriber, first_time};
use chassis::{Error, Result};
use jiff::civil::Date;
use proto::events::v1::MembershipStarted;
use proto::google::r#type::Date as PbDate;

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
    let membership = Membership {
        id: name::membership("membership", &started.membership)?,
        campaign: name::campaign("campaign", &started.campaign)?,
        account: name::account("account", &started.account)?,
        start: day(started.start_date.as_ref())?,
        end: day(started.end_date.as_ref())?,
    };
    let tx = ctx.db.begin().await?;
    if first_time(&tx, &ctx.clock, NAME, event).await? {
        membership::save(&tx, &membership).await?;
    }
    Ok(ctx.db.commit(tx).await?)
}

pub(super) fn day(date: Option<&PbDate>) -> Result<Date> {
    date.and_then(wire::date).ok_or_else(lacking)
}

pub(super) fn lacking() -> Error {
    Error::Internal(anyhow::anyhow!("a membership without its days"))
}
