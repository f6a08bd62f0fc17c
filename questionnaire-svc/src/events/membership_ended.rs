//! Somebody is in the Reserve no more, and may apply for it again.

use std::sync::Arc;

use chassis::Result;
use chassis::bus::{Event, Subscriber, first_time};
use chassis::clock::from_pb;
use proto::events::v1::MembershipEnded;

use super::membership_started::{day, lacking};
use crate::Context;
use crate::rpc::name;
use crate::store::membership::{self, Membership};

const NAME: &str = "questionnaire-svc.membership-ended";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, ended| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, &ended).await })
    })
}

async fn take(ctx: &Context, event: &Event, ended: &MembershipEnded) -> Result<()> {
    let membership = Membership {
        id: name::membership("membership", &ended.membership)?,
        campaign: name::campaign("campaign", &ended.campaign)?,
        account: name::account("account", &ended.account)?,
        start: day(ended.start_date.as_ref())?,
        end: day(ended.end_date.as_ref())?,
    };
    let at = ended.finish_time.as_ref().and_then(from_pb);
    let at = at.ok_or_else(lacking)?;
    let tx = ctx.db.begin().await?;
    if first_time(&tx, &ctx.clock, NAME, event).await? {
        membership::end(&tx, &membership, at).await?;
    }
    Ok(ctx.db.commit(tx).await?)
}
