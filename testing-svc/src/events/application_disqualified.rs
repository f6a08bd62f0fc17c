//! Taken: who is disqualified is out of the selection: no eligibility, no seats, no membership.
//! Results that were published stay as they are; the lists leave the person out.

use std::sync::Arc;

use chassis::bus::{Event, Subscriber, first_time};
use chassis::caller::Caller;
use chassis::clock::astana_date;
use chassis::database::Tx;
use chassis::{Result, audit};
use proto::events::v1::ApplicationDisqualified;
use uuid::Uuid;

use super::about;
use super::application_withdrawn::give_up_seats;
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
    let (campaign, account) = about(&disqualified.campaign, &disqualified.account)?;
    let by = Caller::Service("questionnaire-svc".into());
    let application = &disqualified.application;
    let now = ctx.clock.now();
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, NAME, event).await? {
        return Ok(());
    }
    // Stages before people, as everywhere.
    store::stage::share_all(&tx, &campaign).await?;
    store::eligibility::take(&tx, &campaign, account, application, now).await?;
    store::eligibility::disqualify(&tx, &campaign, account, now).await?;
    let reason = &disqualified.reason_code;
    let action = "DisqualifyCandidate";
    audit::record(&tx, &ctx.clock, &by, action, application, reason).await?;
    give_up_seats(ctx, &tx, &by, &campaign, account, "disqualified").await?;
    end_membership(ctx, &tx, &by, &campaign, account).await?;
    Ok(ctx.db.commit(tx).await?)
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
    let name = member.name();
    audit::record(tx, &ctx.clock, by, "EndMembership", &name, reason.as_str()).await?;
    Ok(())
}
