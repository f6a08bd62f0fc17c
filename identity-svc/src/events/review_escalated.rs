//! A review is so late that a campaign manager must look at it: every one of them is told.

use std::sync::Arc;

use chassis::Result;
use chassis::bus::{Event, Subscriber, first_time};
use chassis::caller::Role;
use proto::events::v1::ReviewEscalated;

use super::instant;
use crate::domain::notice::Notice;
use crate::domain::step::Step;
use crate::{Context, inbox, store};

const NAME: &str = "identity.inbox.review_escalated";

pub(super) fn subscriber(ctx: &Arc<Context>) -> Subscriber {
    let ctx = ctx.clone();
    Subscriber::to(NAME, move |event: Event, payload: ReviewEscalated| {
        let ctx = ctx.clone();
        Box::pin(async move { tell_managers(&ctx, &event, payload).await })
    })
}

async fn tell_managers(ctx: &Context, event: &Event, payload: ReviewEscalated) -> Result<()> {
    let notice = Notice::Step(Step::ReviewEscalated {
        due: instant(payload.due_time.as_ref()),
    });
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, NAME, event).await? {
        return Ok(());
    }
    // In the order of their ids, as for every escalation: two at once do not wait for each other in
    // a ring.
    let managers = store::role::holders(&tx, Role::CampaignManager).await?;
    if managers.is_empty() {
        tracing::warn!(event = %event.id, "a review was escalated and there is no campaign manager");
    }
    for manager in &managers {
        inbox::tell(ctx, &tx, *manager, &payload.review_task, notice.clone()).await?;
    }
    ctx.db.commit(tx).await?;
    for manager in managers {
        ctx.watching.look(ctx, manager).await;
    }
    Ok(())
}
