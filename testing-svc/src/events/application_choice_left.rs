//! Taken: a wish is in no competition any more. If a place was offered for it, the place is free again.

use std::sync::Arc;

use chassis::bus::{Event, Subscriber, first_time};
use chassis::caller::Caller;
use chassis::{Result, audit};
use proto::events::v1::ApplicationChoiceLeft;

use super::of_choice;
use crate::domain::Change;
use crate::{Context, store};

const NAME: &str = "testing-svc.leave-ranking";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, left| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, &left).await })
    })
}

async fn take(ctx: &Context, event: &Event, left: &ApplicationChoiceLeft) -> Result<()> {
    let choice = of_choice(&left.choice, &left.specialty)?;
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, NAME, event).await? {
        return Ok(());
    }
    store::competitor::hold(&tx, &choice.campaign, choice.specialty, choice.id).await?;
    store::competitor::leave(&tx, choice.id).await?;
    if let Some(mut offer) = store::admission_offer::lock_of_choice(&tx, choice.id).await?
        && offer.withdraw(ctx.clock.now()) == Change::Made
    {
        store::admission_offer::save(&tx, &mut offer).await?;
        let by = Caller::Service("questionnaire-svc".into());
        let name = offer.name();
        audit::record(&tx, &ctx.clock, &by, "WithdrawAdmissionOffer", &name, "").await?;
    }
    Ok(ctx.db.commit(tx).await?)
}
