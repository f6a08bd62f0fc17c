//! Taken: with a withdrawn application its person's eligibility ends, and the seats go to others.

use std::sync::Arc;

use chassis::bus::{Event, Subscriber, first_time};
use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::{Result, audit};
use proto::events::v1::ApplicationWithdrawn;
use uuid::Uuid;

use super::{about, booking_cancelled};
use crate::domain::Change;
use crate::domain::booking::Phase;
use crate::domain::waitlist::Outcome;
use crate::{Context, dealing, store};

const NAME: &str = "testing-svc.take-eligibility";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, withdrawn| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, &withdrawn).await })
    })
}

async fn take(ctx: &Context, event: &Event, withdrawn: &ApplicationWithdrawn) -> Result<()> {
    let (campaign, account) = about(&withdrawn.campaign, &withdrawn.account)?;
    let by = Caller::Service("questionnaire-svc".into());
    let application = &withdrawn.application;
    let now = ctx.clock.now();
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, NAME, event).await? {
        return Ok(());
    }
    // Stages before people, as everywhere.
    store::stage::share_all(&tx, &campaign).await?;
    store::eligibility::take(&tx, &campaign, account, application, now).await?;
    audit::record(&tx, &ctx.clock, &by, "TakeEligibility", application, "").await?;
    give_up_seats(ctx, &tx, &by, &campaign, account, "withdrawn").await?;
    Ok(ctx.db.commit(tx).await?)
}

/// Gives up every seat that the person could still sit on, and every place on a waiting list.
pub(super) async fn give_up_seats(
    ctx: &Context,
    tx: &Tx,
    by: &Caller,
    campaign: &str,
    account: Uuid,
    why: &str,
) -> Result<()> {
    let mut seats = store::booking::live_in_campaign(tx, campaign, account).await?;
    let sessions: Vec<Uuid> = seats.iter().map(|seat| seat.session.id).collect();
    store::seats::lock(tx, &sessions).await?;
    // The lists of stages are locked in one order, too.
    seats.sort_by_key(|seat| seat.booking.stage);
    for seat in seats {
        let Some(mut seat) = store::booking::lock(tx, seat.booking.id).await? else {
            continue;
        };
        // What has been missed is no longer theirs to give up.
        let missed = seat.booking.phase_at(seat.at(ctx.clock.now())) == Phase::NoShow;
        if missed || seat.booking.withdraw() == Change::Nothing {
            continue;
        }
        store::booking::save(tx, &seat.booking).await?;
        store::seats::give_back(tx, seat.session.id, seat.booking.id).await?;
        let name = seat.booking.name();
        audit::record(tx, &ctx.clock, by, "CancelBooking", &name, why).await?;
        booking_cancelled(ctx, tx, &seat).await?;
        dealing::end_offer(ctx, tx, by, &seat, Outcome::Rejected).await?;
        dealing::deal(ctx, tx, seat.session.id).await?;
    }
    for entry in store::waitlist::live_in_campaign(tx, campaign, account).await? {
        store::waitlist::lock(tx, entry.stage).await?;
        dealing::leave(ctx, tx, entry.stage, account).await?;
    }
    Ok(())
}
