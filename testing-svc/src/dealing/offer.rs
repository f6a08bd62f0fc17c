//! An offer ends: taken, rejected or lapsed. And a place on the list is left.

use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::{Result, audit};
use uuid::Uuid;

use super::this_service;
use crate::domain::waitlist::{Outcome, State};
use crate::store::booking::Seat;
use crate::{Context, events, store};

/// Ends the offer that a booking was, if it was one and is open; the seat is the caller's matter.
pub async fn end_offer(
    ctx: &Context,
    tx: &Tx,
    by: &Caller,
    seat: &Seat,
    outcome: Outcome,
) -> Result<()> {
    let booking = &seat.booking;
    let Some(place) = booking.waitlist_entry else {
        return Ok(());
    };
    if !store::waitlist::end_offer(tx, booking.id, outcome).await? {
        return Ok(());
    }
    let Some(entry) = store::waitlist::find(tx, place).await? else {
        return Ok(());
    };
    let next = outcome.leads_to(entry.displaced);
    if next == State::Waiting {
        store::waitlist::lock(tx, entry.stage).await?;
    }
    store::waitlist::lead(tx, entry.id, State::Offered, next).await?;
    let (name, detail) = (entry.name(), outcome.as_str());
    audit::record(tx, &ctx.clock, by, "EndSeatOffer", &name, detail).await?;
    if outcome == Outcome::Lapsed {
        events::seat_offer_lapsed(ctx, tx, &entry, seat).await?;
    }
    Ok(())
}

/// A person waits no longer in a stage; its list is locked. An offer is no waiting.
pub async fn leave(ctx: &Context, tx: &Tx, stage: Uuid, account: Uuid) -> Result<()> {
    let Some(entry) = store::waitlist::live(tx, stage, account).await? else {
        return Ok(());
    };
    if store::waitlist::lead(tx, entry.id, State::Waiting, State::Left).await? {
        let by = this_service();
        let name = entry.name();
        audit::record(tx, &ctx.clock, &by, "LeaveWaitlist", &name, "LEFT").await?;
    }
    Ok(())
}
