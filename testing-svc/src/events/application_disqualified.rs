//! Taken: who is disqualified is out of the selection: no eligibility, no seats, no membership.
//! Results that were published stay as they are; the lists leave the person out.

use std::sync::Arc;

use chassis::bus::{Event, Subscriber};
use chassis::caller::Caller;
use chassis::clock::astana_date;
use chassis::database::Tx;
use chassis::{Result, audit};
use proto::events::v1::ApplicationDisqualified;
use uuid::Uuid;

use super::leave::{Leaves, Leaving, leave};
use super::membership_ended;
use crate::domain::membership::{EndReason, State};
use crate::{Context, store};

const NAME: &str = "testing-svc.disqualify-candidate";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, disqualified| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, &disqualified).await })
    })
}

async fn take(ctx: &Context, event: &Event, disqualified: &ApplicationDisqualified) -> Result<()> {
    let leaving = Leaving {
        leaves: Leaves::Campaign,
        subscriber: NAME,
        event,
        application: &disqualified.application,
        campaign: &disqualified.campaign,
        account: &disqualified.account,
        action: "DisqualifyCandidate",
        detail: &disqualified.reason_code,
        why: "disqualified",
    };
    let Some(left) = leave(ctx, leaving).await? else {
        return Ok(());
    };
    let (tx, campaign, account) = (&left.tx, left.campaign.as_str(), left.account);
    store::eligibility::disqualify(tx, campaign, account, ctx.clock.now()).await?;
    end_membership(ctx, tx, &left.by, campaign, account).await?;
    Ok(ctx.db.commit(left.tx).await?)
}

async fn end_membership(
    ctx: &Context,
    tx: &Tx,
    by: &Caller,
    campaign: &str,
    account: Uuid,
) -> Result<()> {
    let (now, reason) = (ctx.clock.now(), EndReason::Disqualified);
    let Some(mut member) = store::membership::lock_of(tx, campaign, account).await? else {
        return Ok(());
    };
    if member.state_on(astana_date(now)) != State::Active {
        return Ok(());
    }
    member.end_early(reason, now, astana_date(now))?;
    store::membership::finish(tx, &member, "").await?;
    membership_ended(ctx, tx, &member).await?;
    let name = member.name();
    audit::record(tx, &ctx.clock, by, "EndMembership", &name, reason.as_str()).await?;
    Ok(())
}
