//! Taken: a campaign closes at another time than before, and the promo codes of it end with it.

use std::sync::Arc;

use anyhow::anyhow;
use chassis::bus::{Event, Subscriber, first_time};
use chassis::caller::Caller;
use chassis::clock::from_pb;
use chassis::database::Tx;
use chassis::{Error, Result, audit, name};
use proto::events::v1::CampaignWindowChanged;

use super::campaign_name;
use crate::store::campaign_window::Window;
use crate::{Context, store};

const NAME: &str = "testing-svc.follow-window";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, changed| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, &changed).await })
    })
}

async fn take(ctx: &Context, event: &Event, changed: &CampaignWindowChanged) -> Result<()> {
    let of = name::capture::<1>("campaigns/*", &changed.campaign);
    let close = changed.close_time.as_ref().and_then(from_pb);
    let (Some([campaign]), Some(close)) = (of, close) else {
        return Err(Error::Internal(anyhow!("an event tells of no window")));
    };
    let window = Window {
        close,
        version: changed.version,
    };
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, NAME, event).await? {
        return Ok(());
    }
    learn_window(ctx, &tx, campaign, window).await?;
    Ok(ctx.db.commit(tx).await?)
}

/// Notes when a campaign closes, if that is news, and lets its codes follow.
pub async fn learn_window(ctx: &Context, tx: &Tx, campaign: &str, window: Window) -> Result<()> {
    if !store::campaign_window::learn(tx, campaign, window).await? {
        return Ok(());
    }
    let now = ctx.clock.now();
    let moved = store::promo_code::follow_window(tx, campaign, window.close, now).await?;
    if moved > 0 {
        let by = Caller::Service("questionnaire-svc".into());
        let (about, detail) = (
            campaign_name(campaign),
            format!("{moved} until {}", window.close),
        );
        audit::record(tx, &ctx.clock, &by, "MovePromoCodes", &about, &detail).await?;
    }
    Ok(())
}
